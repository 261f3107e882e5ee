"""The rules' arithmetic a second time, minute by minute: slow, simple, and without the product's.

Written from the words of the requirements, to be compared with what the product reckons by tables and sums. It takes
values and models of the product (tickets, policies, calendars as the policy file says them) and none of its functions.
"""

"""The sandbox as a server with a page, to practise on: a helpdesk in memory, people, a clock that moves on."""

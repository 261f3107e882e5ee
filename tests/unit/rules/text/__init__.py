"""What a customer's message says of the intake fields."""

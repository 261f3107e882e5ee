"""What those who run the connector want to see, as data: the operations page and the commands show the same."""

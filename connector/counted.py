"""How many of something, in words for people."""


def counted(number: int, one: str, several: str | None = None) -> str:
    """
    >>> counted(1, "ticket"), counted(0, "ticket"), counted(2, "status", "statuses")
    ('1 ticket', '0 tickets', '2 statuses')
    """
    return f"{number} {one if number == 1 else several or f'{one}s'}"

"""What dropped tables have in common: where a row was read, and whose it is."""

from ingestion.contract import Column, Hang

# The same row dropped again under another name is no new version.
WHERE = (Column("file_name", volatile=True), Column("row_number", "bigint", volatile=True))


def of_address(column: str, *parents: str) -> tuple[Hang, ...]:
    """Return how rows belong to people by their address in the same system."""
    return tuple(Hang(each, ("source", column), ("source", "email")) for each in parents)

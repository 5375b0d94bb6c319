"""Where a row was read: the same row dropped again under another name is no new version."""

from ingestion.contract import Column

WHERE = (Column("file_name", volatile=True), Column("row_number", "bigint", volatile=True))

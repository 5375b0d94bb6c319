"""A home whose inbox each test fills, and the mapping that most of them read by."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import duckdb

from ingestion.audit import LoadReport
from ingestion.contract import Bad, Extraction, Page, Sweep
from ingestion.http import Session
from ingestion.pipeline import load
from ingestion.sources.file_drops import FILE_DROPS

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
MAPPING = """
source: toy
files:
  - pattern: people*.csv*
    table: contacts
    columns:
      source_record_id: id
      email: mail
      updated_at: changed
      company_name: {column: firm, lookup: {file: firms.csv, key: id, value: name}}
      lifecycle_stage_native: {column: stage, values: {l: lead, c: customer}}
    ignored: [note]
  - pattern: spend*.csv
    table: ad_days
    columns:
      grain: {value: campaign}
      account_id: account
      campaign_id: campaign
      reported_on: day
      spend: {column: micros, divide_by: 1000000}
      clicks: clicks
    ignored: [device]
  - pattern: bad*.csv
    table: contacts
    delimiter: ";"
    columns: {source_record_id: id}
"""
PEOPLE = "id,mail,changed,firm,stage,note\n1,ada@corp.example,2026-01-01 2:20:51,f1,l,x\n"


@dataclass
class Read:
    """What the source made of the inbox, before anything is loaded."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    bad: list[str] = field(default_factory=list)
    swept: list[Sweep] = field(default_factory=list)
    drift: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def values(self, table: str, names: str) -> list[tuple[Any, ...]]:
        """Return some columns of the rows of a table, in their order."""
        return [tuple(row[name] for name in names.split()) for row in self.rows[table]]


class Inbox:
    """A home whose inbox each test fills."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "inbox" / "toy"
        self.folder.mkdir(parents=True)
        (root / "mappings").mkdir()
        self.map(MAPPING)
        self.drop("firms.csv", "id,name\nf1,Corp\n")

    def map(self, text: str) -> None:
        (self.root / "mappings" / "toy.yml").write_text(text)

    def drop(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    @property
    def config(self) -> dict[str, Any]:
        return {"inbox": str(self.root / "inbox"), "mappings": str(self.root / "mappings")}

    def read(self, state: dict[str, Any] | None = None, **told: Any) -> Read:
        """Read without loading, which is a hundred times as fast."""
        config = {**self.config, "work": str(self.root / "work"), **told}
        found = Read()
        ctx = Extraction(config, cast("Session", None), NOW, {} if state is None else state)
        for each in FILE_DROPS.extract(ctx):
            match each:
                case Page():
                    found.rows[each.table] += cast("list[dict[str, Any]]", each.rows)
                case Bad():
                    found.bad.append(each.reason)
                case Sweep():
                    found.swept.append(each)
        found.drift = ctx.counted
        return found

    def load(self, days: int = 0) -> LoadReport:
        return load(
            "file_drops",
            warehouse=self.root / "w.duckdb",
            work=self.root / "work",
            pipelines=self.root / "dlt",
            config=self.config,
            as_of=NOW + timedelta(days=days),
            run_id=f"run-{days}",
        )

    def rows(self, query: str) -> list[tuple]:
        with duckdb.connect(str(self.root / "w.duckdb")) as connection:
            return connection.execute(query).fetchall()

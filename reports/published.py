"""The published marts as the report reads them: rows, meanings, and what all pages share."""

import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from reports.palette import channel_colours
from reports.shown import day, words

GROUPS = "rpt_group_freshness"
MART = re.compile(r"\bmarts\.(\w+)")


@dataclass(frozen=True)
class Mart:
    """A mart and what its comments say of it and of its columns, in their order."""

    name: str
    meaning: str
    columns: dict[str, tuple[str, str]]  # name: (type, meaning)


class Published:
    """An open, read-only marts file."""

    def __init__(self, path: Path) -> None:
        self._connection = duckdb.connect(str(path), read_only=True)
        self.marts = self._marts()
        self.currency = self._currency()
        self.last_90_days = self._last_90_days()
        self.stale = [*self._held_back(), *self._stale()]
        self.colours = channel_colours(
            self.rows("select channel, is_paid from marts.dim_channels order by sort_order")[1]
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def rows(self, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the column names and rows of a query; raises duckdb.Error where it fails."""
        cursor = self._connection.execute(query)
        return [description[0] for description in cursor.description or []], cursor.fetchall()

    def meaning(self, sources: list[str], column: str, stated: str = "") -> str:
        """Return what a column means: the stated mart.column, else that of the first source."""
        if stated:
            mart, _, name = stated.partition(".")
            return self.marts[mart].columns[name][1]
        for mart in sources:
            if column in self.marts[mart].columns:
                return self.marts[mart].columns[column][1]
        return ""

    def _marts(self) -> dict[str, Mart]:
        _, tables = self.rows(
            "select table_name, coalesce(comment, '') from duckdb_tables()"
            " where schema_name = 'marts' order by table_name"
        )
        _, columns = self.rows(
            "select table_name, column_name, data_type, coalesce(comment, '')"
            " from duckdb_columns() where schema_name = 'marts' order by table_name, column_index"
        )
        found = {name: Mart(name, meaning, {}) for name, meaning in tables}
        for table, name, kind, meaning in columns:
            if table in found:
                found[table].columns[name] = (kind.lower(), meaning)
        return found

    def filled(self, text: str) -> str:
        """Return a page's text with {currency} and {last_90_days} as they are in these marts."""
        currency = self.currency or "the reporting currency"
        told = text.replace("{currency}", currency).replace("{last_90_days}", self.last_90_days)
        return told[:1].upper() + told[1:]

    def _last_90_days(self) -> str:
        _, rows = self.rows(
            "select min(starts_on), max(ends_on) from marts.rpt_headlines"
            " where period = 'last_90_days'"
        )
        first, last = rows[0]
        return f"{day(first)} to {day(last)}" if first else "the last 90 days"

    def _stale(self) -> list[str]:
        """A sentence per source that is not fresh: what it feeds is older than the rest."""
        _, rows = self.rows(
            "select source, last_status, last_succeeded_as_of from marts.rpt_source_freshness"
            " where not is_fresh order by source"
        )
        return [_stands_back(*row) for row in rows]

    def _held_back(self) -> list[str]:
        """A sentence per group of marts that shows an earlier run, or none at all."""
        if GROUPS not in self.marts:
            return []
        _, rows = self.rows(
            "select mart_group, as_of, is_held_back, broken_rules, overridden_rules"
            f" from marts.{GROUPS} where is_held_back or overridden_rules is not null"
            " order by mart_group"
        )
        return [_held_sentence(*row) for row in rows]

    def _currency(self) -> str:
        _, rows = self.rows("select max(currency_code) from marts.rpt_headlines")
        return rows[0][0] or ""


def _held_sentence(
    group: str, as_of: Any, is_held: bool, broken: str | None, overridden: str | None
) -> str:
    if not is_held:
        return f"{words(group)}: published by a signed override although {_rules(overridden)}."
    stands = f"stands as of {day(as_of)}" if as_of else "was never published"
    return f"{words(group)} is held back and {stands}: {_rules(broken)}."


def _rules(names: str | None) -> str:
    told = (names or "").replace("_", " ").split(", ")
    return "a check is broken (" + "; ".join(told) + ")"


def _stands_back(source: str, last_status: str, last: Any) -> str:
    if last is None:
        return f"{words(source)} could not be read yet: what it feeds is missing."
    why = "was not read of late" if last_status == "succeeded" else "could not be read"
    return f"{words(source)} {why}: what it feeds stands as of {day(last)}."


def sources_of(*queries: str) -> list[str]:
    """Return the marts that queries read, in the order they are named."""
    return list(dict.fromkeys(name for query in queries for name in MART.findall(query)))

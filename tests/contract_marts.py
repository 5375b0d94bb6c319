"""A marts file as the contracts promise it: every mart, typed and commented, without a row."""

from pathlib import Path

import duckdb
import yaml

from orchestration import held

MARTS = Path(__file__).parents[1] / "transform" / "models" / "marts"


def create(path: Path) -> duckdb.DuckDBPyConnection:
    """Create the file and return a connection that writes to it."""
    connection = duckdb.connect(str(path))
    connection.execute("create schema marts")
    for model in models():
        columns = ", ".join(f'"{each["name"]}" {each["data_type"]}' for each in model["columns"])
        table = f"marts.{model['name']}"
        connection.execute(f"create table {table} ({columns})")
        connection.execute(f"comment on table {table} is {_text(model['description'])}")
        for each in model["columns"]:
            connection.execute(
                f'comment on column {table}."{each["name"]}" is {_text(each["description"])}'
            )
    held.create(connection)
    return connection


def models() -> list[dict]:
    """Return the contracts of all marts, by name."""
    files = [yaml.safe_load(path.read_text("utf-8")) for path in MARTS.rglob("*.yml")]
    return sorted((each for file in files for each in file["models"]), key=lambda m: m["name"])


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

"""The user's rules: config/*.yml, checked against their JSON schemas, as tables of schema config.

A top-level list becomes a table of that name, a top-level block a table of one row. The schema says
the columns and their types, so that an empty list is an empty table and not a missing one; its
`x-tables` lists the keys that become tables where not all do. A file of the same name in
config/local/ (kept out of git) replaces the shipped one.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from orchestration import playbooks
from orchestration.settings import Refused
from routing import checks

# libyaml reads the hygiene rules in a sixth of the time; both take plain data only.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What a file may not say beyond its schema: places in it, and what is wrong there.
_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Iterable[playbooks.Problem]]] = {
    "playbooks": playbooks.problems,
    "routing": lambda document: (
        (each.place, f"{each.message}; {each.remedy}") for each in checks.problems(document)
    ),
}
_SQL_TYPES = {"string": "varchar", "integer": "bigint", "number": "double", "boolean": "boolean"}


@dataclass(frozen=True)
class RuleTable:
    """One table of rules: columns with their SQL types, and rows in the file's order."""

    name: str
    file: str
    columns: dict[str, str]
    rows: list[dict[str, Any]]


def tables(config: Path) -> list[RuleTable]:
    """Return every table of rules; raises Refused naming the file, the key and the remedy."""
    found: dict[str, RuleTable] = {}
    for path in files(config):
        schema = _schema(config, path)
        document = read(config, path.stem)
        for table in _tables_of(path, schema, document):
            if table.name in found:
                raise Refused(
                    f"config/{path.name} and config/{found[table.name].file} both hold "
                    f"`{table.name}`; keep it in one of them"
                )
            found[table.name] = table
    return list(found.values())


def files(config: Path) -> list[Path]:
    """Return the rule files in a fixed order: those that are there, and those that need not be."""
    absent = {
        path
        for schema in (config / "schema").glob("*.schema.json")
        if not (path := config / schema.name.replace(".schema.json", ".yml")).exists()
        and not _schema(config, path).get("required")
    }
    return sorted({*config.glob("*.yml"), *absent})


def read(config: Path, name: str) -> dict[str, Any]:
    """Return one checked rule file (`name` without .yml), the user's own copy where there is one.

    A file whose schema requires no key may be absent, and says nothing then. Raises Refused naming
    the file, the key and the remedy.
    """
    shipped = config / f"{name}.yml"
    path = place(config, name)
    shown, text = path.relative_to(config.parent), ""
    try:
        text = path.read_text("utf-8")
        document = plain(yaml.load(text, _LOADER) or {})
    except FileNotFoundError:
        if _schema(config, shipped).get("required"):
            raise Refused(f"{shown} is missing; restore it from the project") from None
        document = {}
    except (yaml.YAMLError, ValueError) as error:  # a day that no month has is a ValueError
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where else f" ({error})"
        raise Refused(f"{shown} is not readable YAML{line}; correct that line") from None
    validator = Draft202012Validator(
        _schema(config, shipped), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    problem = best_match(validator.iter_errors(document))
    if problem is not None:
        at, told = problem.absolute_path, _explain(problem)
        raise Refused(_refusal(str(shown), text, at, told, _unknown(problem)))
    for steps, told in _CHECKS.get(name, lambda _: ())(document):
        raise Refused(_refusal(str(shown), text, steps, told))
    return document


def refused(config: Path, name: str, steps: Iterable[str | int], told: str) -> Refused:
    """Return the refusal of what is wrong at a key of a rule file, with its line."""
    path = place(config, name)
    shown = path.relative_to(config.parent)
    return Refused(_refusal(str(shown), path.read_text("utf-8"), steps, told))


def place(config: Path, name: str) -> Path:
    """Return the file that is in force: the user's own copy where there is one."""
    own = config / "local" / f"{name}.yml"
    return own if own.exists() else config / f"{name}.yml"


def load(config: Path, warehouse: Path) -> dict[str, int]:
    """Replace the tables of schema config in one transaction; return rows per table.

    Table `config.loaded` holds one row: a digest of them all, which tells other rules apart.
    """
    found = tables(config)
    with duckdb.connect(str(warehouse)) as connection:
        connection.begin()
        connection.execute("create schema if not exists config")
        for table in found:
            columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
            connection.execute(f'create or replace table config."{table.name}" ({columns})')
            if table.rows:
                connection.executemany(
                    f'insert into config."{table.name}" '
                    f"values ({', '.join('?' * len(table.columns))})",
                    [[_cell(row.get(name)) for name in table.columns] for row in table.rows],
                )
        connection.execute("create or replace table config.loaded (digest varchar)")
        connection.execute("insert into config.loaded values (?)", [_digest(found)])
        connection.commit()
    return {table.name: len(table.rows) for table in found}


def _digest(found: list[RuleTable]) -> str:
    held = [(table.name, table.columns, table.rows) for table in found]
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()


def _schema(config: Path, path: Path) -> dict[str, Any]:
    for name in (f"{path.stem}.schema.json", f"{path.stem}.json"):
        schema = config / "schema" / name
        if schema.exists():
            return json.loads(schema.read_text("utf-8"))
    raise Refused(
        f"config/{path.name} has no schema; add config/schema/{path.stem}.schema.json, or move the "
        "file away if it is not one of the platform's"
    )


def _tables_of(
    path: Path, schema: Mapping[str, Any], document: Mapping[str, Any]
) -> Iterator[RuleTable]:
    keys = schema.get("properties", {})
    wanted = schema.get("x-tables", list(keys))
    for name in (each for each in keys if each in wanted):
        described = _resolve(schema, keys[name])
        value = document.get(name, described.get("default"))
        is_list = described.get("type") == "array"
        row = _resolve(schema, described.get("items", {})) if is_list else described
        columns = {
            column: _sql_type(_resolve(schema, spec))
            for column, spec in row.get("properties", {}).items()
        }
        if columns:
            rows = (value or []) if is_list else [value or {}]
            yield RuleTable(name, path.name, columns, rows)


def _resolve(schema: Mapping[str, Any], described: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a `$ref` inside the same file."""
    while "$ref" in described:
        target: Any = schema
        for step in described["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        described = target
    return described


def _sql_type(spec: Mapping[str, Any]) -> str:
    if "x-sql-type" in spec:
        return str(spec["x-sql-type"])
    kinds = spec.get("type", "string")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    kind = next((each for each in kinds if each != "null"), "string")
    if kind == "string" and spec.get("format") in ("date", "date-time"):
        return "date" if spec["format"] == "date" else "timestamp"
    return _SQL_TYPES.get(kind, "varchar")


def _cell(value: Any) -> Any:
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value


def plain(value: Any) -> Any:
    """Return what YAML said with days as text: YAML makes dates of them, the schema knows none."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def _refusal(
    file: str, text: str, steps: Iterable[str | int], told: str, below: Iterable[str] = ()
) -> str:
    """Return what is wrong at a key, with the line of it or of the key `below` it."""
    steps = list(steps)
    key = ".".join(str(step) for step in steps) or "(top level)"
    return f"{file}, key {key}, line {_line(text, [*steps, *below])}: {told}"


def _unknown(problem: ValidationError) -> list[str]:
    if problem.validator != "additionalProperties" or not isinstance(problem.instance, dict):
        return []
    known = problem.schema.get("properties", {}) if isinstance(problem.schema, dict) else {}
    return [str(name) for name in problem.instance if name not in known][:1]


def _line(text: str, steps: Iterable[str | int]) -> int:
    """Return the line of a key; of what holds it where it is not there."""
    node = yaml.compose(text, _LOADER)
    line = 1
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == step]
        elif isinstance(node, yaml.SequenceNode):
            found = [(each, each) for each in node.value[int(step) : int(step) + 1]]
        else:
            found = []
        if not found:
            break
        (key, node), *_ = found
        line = key.start_mark.line + 1
    return line


def _explain(problem: ValidationError) -> str:
    remedy = {
        "required": "add the missing key",
        "additionalProperties": "remove or correct the unknown key",
        "enum": "use one of the listed values",
        "type": "write a value of that type",
    }.get(str(problem.validator), "correct the value")
    return f"{problem.message[:300]}; {remedy}"

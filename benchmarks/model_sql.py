"""The SQL of one model as a whole build computes it, without starting dbt."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2
import yaml

TRANSFORM = Path(__file__).resolve().parent.parent / "transform"
MACROS = (
    "portable",
    "business_time",
    "contact_objects",
    "addresses",
    "journeys",
    "credit",
    "precision_and_recall",
)
# What the macros of incremental models mean in a whole build: everything is computed.
WHOLE_BUILD: dict[str, Callable[..., object]] = {
    "config": lambda **_: "",
    "incremental_strategy": lambda: "",
    "last_build": lambda: None,
    "recompute": lambda *_: "",
    "announced": lambda *_: "",
    "unit_key": lambda _: "",
    "in_scope": lambda *_: "true",
    "in_part": lambda *_: "true",
}


def rendered(
    model: str,
    *,
    as_of: str = "2027-01-01 00:00:00",
    ref: Callable[[str], str] = lambda name: name,
    source: Callable[[str, str], str] = lambda _, table: table,
) -> str:
    """Return a model's SQL with its macros expanded.

    `ref` says what a model's table is called, `source` what a source's is. Raises StopIteration
    where there is no such model.
    """
    project = yaml.safe_load((TRANSFORM / "dbt_project.yml").read_text("utf-8"))
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    given: dict[str, Any] = {
        "ref": ref,
        "source": source,
        "var": lambda name, default=None: project["vars"].get(name, default),
        "told": lambda _: as_of,
        "target": {"type": "duckdb"},
        "this": "this",
        **WHOLE_BUILD,
    }
    path = next((TRANSFORM / "models").rglob(f"{model}.sql"))
    text = environment.from_string(path.read_text("utf-8"), globals=given)
    return text.render(_macros(given))


def _macros(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the project's macros of plain SQL by name; `given` is what they may ask for."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    files = [TRANSFORM / "macros" / f"{name}.sql" for name in MACROS]
    written = "\n".join(path.read_text("utf-8") for path in files)
    made = environment.from_string(written, globals=dict(given)).make_module()
    return {name: value for name, value in vars(made).items() if not name.startswith("_")}


def macro(name: str) -> Callable[..., str]:
    """Return a macro of the project that is plain SQL, to be called with SQL."""
    return _macros({})[name]

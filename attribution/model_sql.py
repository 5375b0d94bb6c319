"""The SQL of one model as a whole build computes it, without starting dbt.

There is one engine for the weights of the rule models: the SQL text that the marts are built from.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
import yaml

# What the macros of incremental models mean in a whole build: everything is computed.
WHOLE_BUILD: dict[str, Callable[..., object]] = {
    "config": lambda **_: "",
    "incremental_strategy": lambda: "",
    "last_build": lambda: None,
    "recompute": lambda *_: "",
    "in_scope": lambda *_: "true",
    "announced": lambda *_: "",
    "unit_key": lambda _: "",
}


def rendered(
    transform: Path,
    model: str,
    *,
    as_of: str = "2027-01-01 00:00:00",
    ref: Callable[[str], str] = lambda name: name,
) -> str:
    """Return a model's SQL with its macros expanded; `ref` says what a model's table is called.

    `transform` is the folder of the models. Raises StopIteration where it has no such model.
    """
    project = yaml.safe_load((transform / "dbt_project.yml").read_text("utf-8"))
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    given: dict[str, Any] = {
        "ref": ref,
        "source": lambda _, table: table,
        "var": lambda name, default=None: project["vars"].get(name, default),
        "told": lambda _: as_of,
        "target": {"type": "duckdb"},
        "this": "this",
        **WHOLE_BUILD,
    }
    files = [transform / "macros" / f"{name}.sql" for name in ("portable", "contact_objects")]
    written = "\n".join(path.read_text("utf-8") for path in files)
    macros = environment.from_string(written, globals=given).make_module()
    names = {name: value for name, value in vars(macros).items() if not name.startswith("_")}
    path = next((transform / "models").rglob(f"{model}.sql"))
    return environment.from_string(path.read_text("utf-8"), globals=given).render(names)

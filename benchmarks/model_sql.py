"""The SQL of one model as a whole build computes it, without starting dbt."""

from collections.abc import Callable
from pathlib import Path

from attribution import model_sql

TRANSFORM = Path(__file__).resolve().parent.parent / "transform"


def rendered(
    model: str,
    *,
    as_of: str = "2027-01-01 00:00:00",
    ref: Callable[[str], str] = lambda name: name,
    source: Callable[[str, str], str] = lambda _, table: table,
) -> str:
    """Return a model's SQL with its macros expanded.

    `ref` says what a model's table is called, `source` what a source's is.
    """
    return model_sql.rendered(TRANSFORM, model, as_of=as_of, ref=ref, source=source)


def macro(name: str) -> Callable[..., str]:
    """Return a macro of the project that is plain SQL, to be called with SQL."""
    return model_sql.macros(TRANSFORM, {})[name]

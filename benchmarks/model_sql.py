"""The SQL of one of the project's models as a whole build computes it, without starting dbt."""

from collections.abc import Callable
from pathlib import Path

from attribution import model_sql

TRANSFORM = Path(__file__).resolve().parent.parent / "transform"


def rendered(
    model: str,
    *,
    as_of: str = "2027-01-01 00:00:00",
    ref: Callable[[str], str] = lambda name: name,
) -> str:
    """Return a model's SQL with its macros expanded; `ref` says what a model's table is called."""
    return model_sql.rendered(TRANSFORM, model, as_of=as_of, ref=ref)

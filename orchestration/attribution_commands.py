"""`engineroom attribution ...`: credit for anyone's journeys, why it is so, and fits made anew."""

import argparse
from uuid import uuid4

import duckdb

from attribution import explain, monthly, run, shown
from attribution.errors import CannotCredit
from orchestration import home, reading, rules
from orchestration.attribution_options import columns
from orchestration.settings import Refused, Settings


def credited(settings: Settings, chosen: argparse.Namespace) -> str:
    """Return what `run` prints; it needs no home. Raises Refused with what is wrong with the file,
    a column or a model.
    """
    asked = run.Asked(
        models=tuple(name.strip() for name in (chosen.models or "").split(",") if name.strip()),
        half_life_days=chosen.half_life,
        direct=chosen.direct,
        repeats=chosen.repeats,
        longest=chosen.longest,
        replicates=chosen.intervals,
        seed=chosen.draw_seed,
    )
    known = rules.read(settings.config, "attribution")["attribution_models"]
    try:
        if chosen.output and chosen.output.suffix not in shown.FILES:
            raise CannotCredit(f"{chosen.output} is none of {', '.join(shown.FILES)}")
        outcome = run.run(chosen.journeys, columns(chosen), known, asked)
        if chosen.output:
            shown.write(outcome, chosen.output)
    except CannotCredit as error:
        raise Refused(str(error)) from None
    return shown.as_json(outcome) if chosen.json else shown.as_table(outcome)


def explained(settings: Settings, conversion: str) -> str:
    """Return what `explain` prints of a published conversion. Raises Refused on an unknown one."""
    marts = settings.home / "published" / "current" / "engineroom.duckdb"
    if not marts.exists():
        raise Refused(f"{settings.home} has published nothing yet; `engineroom run` does")
    try:
        return "\n".join(explain.explain(marts, conversion))
    except CannotCredit as error:
        raise Refused(str(error)) from None


def refitted(settings: Settings) -> str:
    """Make the fits of every month anew and return what to tell. Holds the house like a run.

    Raises Refused where no run has made journeys yet.
    """
    from orchestration.house import checkpoint, occupied, wait_for_warehouse

    reading.require(settings)
    run_id = f"refit-{uuid4()}"
    with occupied(settings, run_id):
        wait_for_warehouse(settings)
        try:
            made, few = monthly.fit(
                settings.warehouse, run_id=run_id, as_of=home.clock(settings), anew=True
            )
        except duckdb.CatalogException:
            raise Refused(
                f"{settings.home} has no journeys yet; `engineroom run` makes them"
            ) from None
        checkpoint(settings)
    return (
        f"{made:,} fits changed, the others learn from the same journeys; {few:,} months of a "
        "model have too few conversions. `engineroom run` credits by what is in force now"
    )

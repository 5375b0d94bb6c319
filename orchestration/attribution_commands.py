"""`engineroom attribution run`: credit for anyone's journeys; needs no home and no run."""

import argparse

from attribution import model_sql, run, shown
from attribution.errors import CannotCredit
from orchestration import rules
from orchestration.attribution_options import columns
from orchestration.settings import Refused, Settings


def credited(settings: Settings, chosen: argparse.Namespace) -> str:
    """Return what to print. Raises Refused with what is wrong with file, column or model."""
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
    weights = model_sql.rendered(settings.transform, "int_attribution__weights")
    try:
        if chosen.output and chosen.output.suffix not in shown.FILES:
            raise CannotCredit(f"{chosen.output} is none of {', '.join(shown.FILES)}")
        outcome = run.run(chosen.journeys, columns(chosen), run.Rules(known, weights), asked)
        if chosen.output:
            shown.write(outcome, chosen.output)
    except CannotCredit as error:
        raise Refused(str(error)) from None
    return shown.as_json(outcome) if chosen.json else shown.as_table(outcome)

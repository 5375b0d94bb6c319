"""A file of journeys is credited as the marts credit the same journeys."""

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from credit_sql import DAY, EPOCH, PROJECT, Conversion, Touch, credits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attribution import run
from attribution.files.columns import Touches

CONFIG = yaml.safe_load((PROJECT / "config/attribution.yml").read_text("utf-8"))
CHANNELS = ("direct", "email", "paid_search", "referral")
# Of distinct instants, since a file has no types of touches to order ties by.
JOURNEY = st.dictionaries(
    st.integers(0, 300 * DAY), st.sampled_from(CHANNELS), min_size=1, max_size=6
)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(journeys=st.lists(JOURNEY, min_size=1, max_size=4))
def test_rule_models_credit_channels_as_the_marts_do(
    journeys: list[dict[int, str]], tmp_path: Path
) -> None:
    rows = ["journey,time,channel,converted"]
    touches, sales = [], []
    for number, journey in enumerate(journeys):
        person, last = f"p{number}", max(journey)
        rows += [
            f"{person},{(EPOCH + timedelta(seconds=at)).isoformat()},{channel},{at == last}"
            for at, channel in journey.items()
        ]
        touches += [Touch(f"{person}-{at}", at, journey[at], person) for at in journey]
        sales.append(Conversion(f"c{number}", last, people=(person,), account=person))
    file = tmp_path / "journeys.csv"
    file.write_text("\n".join(rows), "utf-8")

    columns = Touches("journey", "time", "channel", "converted")
    found = run.run(file, columns, CONFIG["attribution_models"], run.Asked())

    channels = {touch.id: touch.channel for touch in touches}
    expected: dict[tuple[str, str], float] = {}
    for row in credits(touches, sales):
        key = (row.model, channels[row.touch])
        expected[key] = expected.get(key, 0.0) + row.weight
    ruled = [each for each in found.credits if each.model_share is None]
    assert {each.model for each in ruled} == {
        "first_touch",
        "last_touch",
        "last_non_direct",
        "linear",
        "time_decay",
        "position_40_20_40",
    }
    for each in ruled:
        credited = expected.get((each.model, each.channel), 0.0)
        assert each.conversions == pytest.approx(credited, abs=1e-12), each

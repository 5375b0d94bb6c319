"""The fitted models of a run: journeys worked out again, and the command on those in a file."""

import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
import whole_runs
from journeys import journeys
from plain import AS_OF, Home, rules
from seekers import crowd

from attribution import stages

pytestmark = pytest.mark.slow

STAGES = ("lead", "mql", "sql", "opportunity", "won")
MODELS = tuple(
    row["model"] for row in rules("attribution")["attribution_models"] if row["rule"] == "fitted"
)
SINCE, UNTIL = datetime(AS_OF.year - 1, AS_OF.month, 1), datetime(AS_OF.year, AS_OF.month, 1)
Told = dict[tuple[str, ...], tuple[int, int, int]]


@pytest.fixture(scope="session")
def home(published_home: Path) -> Home:
    return Home(published_home)


@pytest.fixture(scope="session")
def by_hand(home: Home) -> dict[str, Told]:
    """Stage -> path -> journeys that converted, that did not, and cents, in plain Python."""
    windows = {row["stage"]: row for row in rules("attribution")["attribution_windows"]}
    everybody, bought = crowd(home), journeys(home)
    found = {}
    for stage in STAGES:
        won: Counter[tuple[str, ...]] = Counter()
        cents: Counter[tuple[str, ...]] = Counter()
        for name, value, journey in bought:
            path = tuple(t.channel for t in journey.touches if t.channel != "(none)")
            if path and name == stage and SINCE <= journey.at < UNTIL:
                won[path] += 1
                cents[path] += int((value or 0) * 100)
        nulls = Counter(everybody.paths(stage, SINCE, UNTIL, windows[stage]["lookback_days"]))
        found[stage] = {p: (won[p], nulls[p], cents[p]) for p in sorted(won | nulls)}
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_fits_learn_from_the_journeys_that_plain_arithmetic_finds(
    home: Home, by_hand: dict[str, Told], stage: str
) -> None:
    windows = {row["stage"]: row for row in rules("attribution")["attribution_windows"]}
    with duckdb.connect(str(home.path / "warehouse.duckdb"), read_only=True) as connection:
        known = stages.channels(connection)
        read = stages.read(connection, stage, known, windows[stage]["lookback_days"])
    paths = read.paths(SINCE, UNTIL)
    found = {}
    for row in range(len(paths.conversions)):
        steps = paths.steps[paths.starts[row] : paths.starts[row + 1]]
        counts = (paths.conversions[row], paths.nulls[row], round(paths.value[row] * 100))
        found[tuple(paths.channels[step] for step in steps)] = tuple(map(int, counts))
    assert len(found) > 20
    assert found == by_hand[stage]


@pytest.mark.parametrize("stage", ["lead", "sql"])
def test_the_command_credits_the_same_journeys_in_a_file_as_the_run_did(
    home: Home, by_hand: dict[str, Told], stage: str, tmp_path: Path
) -> None:
    file = tmp_path / "paths.csv"
    rows = [
        f"{'>'.join(path)},{won},{nulls},{cents / 100}"
        for path, (won, nulls, cents) in by_hand[stage].items()
    ]
    file.write_text("\n".join(["path,conversions,nulls,value", *rows]), "utf-8")
    options = ("--path", "path", "--nulls", "nulls", "--value", "value", "--json")
    done = whole_runs.command(
        tmp_path / "none",
        *("attribution", "run", "--journeys", str(file)),
        *options,
        *("--models", ",".join(MODELS)),
    )
    assert done.returncode == 0, done.stderr
    shown = {
        (model, channel): (share, effect, conversions)
        for model, channel, share, effect, conversions in home.marts(
            "select attribution_model, channel, model_share, effect, credited_conversions "
            "from rpt_attribution_fits where stage = ? and month = ? and is_in_force",
            stage,
            date(AS_OF.year, AS_OF.month, 1),
        )
    }
    told = json.loads(done.stdout)["credits"]
    assert len(told) == len(shown) >= 5 * len(MODELS)
    for each in told:
        share, effect, conversions = shown[each["model"], each["channel"]]
        assert each["model_share"] == pytest.approx(share, abs=1e-9), each
        assert each["effect"] == pytest.approx(effect, abs=1e-9), each
        assert each["conversions"] == pytest.approx(conversions, abs=1e-9), each

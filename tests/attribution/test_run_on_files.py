"""`engineroom attribution run` on files as their owners have them."""

import json
import random
import re
import shlex
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_known_answers import CASES

from attribution.files import journeys
from orchestration.cli import main
from orchestration.settings import PROJECT

RULE_MODELS = ("first_touch", "last_touch", "last_non_direct", "linear", "position_40_20_40")
TOUCHES = """\
journey,time,channel,converted,value
1,2026-01-01,Email,false,
1,2026-01-03T10:00:00+01:00,Direct,true,100
1,2026-01-05,Ads,false,
1,2026-01-06,Direct,true,50
2,2026-01-02,Ads,false,
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ENGINEROOM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


class Command:
    """The command on one file, its answer read back from the JSON that it printed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def file(self, text: str, name: str = "journeys.csv") -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def told(self, path: Path, *options: str) -> dict[str, Any]:
        assert main(["attribution", "run", "--journeys", str(path), "--json", *options]) == 0
        return json.loads(self.capsys.readouterr().out)

    def refused(self, path: Path, *options: str) -> str:
        assert main(["attribution", "run", "--journeys", str(path), *options]) == 2
        return self.capsys.readouterr().err


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(tmp_path, capsys)


def by_channel(told: dict[str, Any], model: str, key: str = "conversions") -> dict[str, float]:
    return {row["channel"]: row[key] for row in told["credits"] if row["model"] == model}


def path_file(case: dict[str, Any]) -> str:
    rows = [
        f"{' > '.join(row['path'])},{row['conversions']},{row['nulls']}" for row in case["paths"]
    ]
    return "\n".join(["path,conversions,nulls", *rows, ""])


def touch_file(case: dict[str, Any]) -> str:
    """The same journeys touch by touch, each touch saying whether its journey converts."""
    rows, number = ["journey,time,channel,converted"], 0
    for row in case["paths"]:
        for converted, times in ((True, row["conversions"]), (False, row["nulls"])):
            for _ in range(times):
                number += 1
                rows += [
                    f"{number},2026-01-{day + 1:02},{channel},{converted}"
                    for day, channel in enumerate(row["path"])
                ]
    return "\n".join([*rows, ""])


@pytest.mark.parametrize("shape", ["paths", "touches"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_file_gets_the_known_answers_whether_it_holds_paths_or_touches(
    case: dict[str, Any], shape: str, command: Command
) -> None:
    if shape == "paths":
        told = command.told(command.file(path_file(case)), "--path", "path", "--nulls", "nulls")
    else:
        told = command.told(command.file(touch_file(case)))
    for model in RULE_MODELS:
        expected = {channel: Fraction(0) for channel in by_channel(told, model)}
        expected |= {name: Fraction(share) for name, share in case["expected"][model].items()}
        assert by_channel(told, model) == pytest.approx(
            {name: float(share) for name, share in expected.items()}, abs=1e-12
        ), model
    for model, name in (("markov_order_1", "markov_order1"), ("markov_order_2", "markov_order2")):
        for channel, share in case["expected"][name]["credit"].items():
            got = by_channel(told, model, "model_conversions")[channel]
            assert got == pytest.approx(float(Fraction(share)), abs=1e-12), (model, channel)
    for channel, share in case["expected"]["shapley_conv_rate"].items():
        got = by_channel(told, "shapley_rate_game", "effect")[channel]
        assert got == pytest.approx(float(Fraction(share)), abs=1e-12), channel


def test_a_flag_on_the_converting_touch_ends_a_journey_and_a_second_purchase_is_its_own(
    command: Command,
) -> None:
    told = command.told(command.file(TOUCHES), "--value", "value")
    assert told["input"] == {
        "journeys": 3,
        "touches": 5,
        "paths": 3,
        "channels": 3,
        "conversions": 2,
        "value": 150.0,
    }
    assert by_channel(told, "linear") == {"Ads": 0.5, "Direct": 1.0, "Email": 0.5}
    assert by_channel(told, "linear", "value") == {"Ads": 25.0, "Direct": 75.0, "Email": 50.0}
    assert by_channel(told, "last_non_direct", "value") == {"Ads": 50, "Direct": 0, "Email": 100}
    assert "1 journeys convert more than once" in " ".join(told["notes"])


@pytest.mark.parametrize("turn", [1, -1])
def test_touches_of_one_instant_are_ordered_alike_in_any_row_order(
    turn: int, command: Command
) -> None:
    """The converting one is the last of them, and channels follow the alphabet."""
    header = "journey,time,channel,converted\n"
    marked = ["1,2026-01-01,Ads,1", "1,2026-01-01,Email,0", "1,2026-01-02,SEO,0"]
    told = command.told(command.file(header + "\n".join(marked[::turn])), "--models", "linear")
    assert by_channel(told, "linear") == {"Ads": 0.5, "Email": 0.5, "SEO": 0.0}
    whole = ["1,2026-01-01,Email,1", "1,2026-01-01,Ads,1", "1,2026-01-01,SEO,1"]
    told = command.told(command.file(header + "\n".join(whole[::turn])), "--models", "first_touch")
    assert by_channel(told, "first_touch") == {"Ads": 1.0, "Email": 0.0, "SEO": 0.0}


def test_time_decay_halves_with_each_half_life_before_the_conversion(command: Command) -> None:
    text = "journey,time,channel,converted\n1,2026-01-01,a,1\n1,2026-01-08,b,1\n"
    told = command.told(command.file(text), "--half-life", "7", "--models", "time_decay")
    assert by_channel(told, "time_decay") == pytest.approx({"a": 1 / 3, "b": 2 / 3}, abs=1e-12)


def test_a_value_on_every_row_of_a_journey_counts_once(command: Command) -> None:
    text = "journey,time,channel,converted,value\n"
    text += "1,2026-01-01,a,yes,80\n1,2026-01-02,b,yes,80\n2,2026-01-02,b,no,80\n"
    told = command.told(command.file(text), "--value", "value", "--models", "linear")
    assert by_channel(told, "linear", "value") == {"a": 40.0, "b": 40.0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("Email", " "), "row 1, column channel: the cell is empty; it must be a text"),
        (("2026-01-05", "5 Jan"), "row 3, column time: '5 Jan' is not an ISO instant"),
        (("2026-01-05", ""), "row 3, column time: the cell is empty"),
        (("true,50", "maybe,50"), "row 4, column converted: 'maybe' is not true or false"),
        (("true,50", 'true,"1,50"'), "row 4, column value: '1,50' is not a number"),
        (("true,50", "true,inf"), "row 4, column value: 'inf' is not a number"),
        (("\n2,", "\n,"), "row 5, column journey: the cell is empty"),
        (("channel", "kanal"), "has no column channel; it has journey, time, kanal, converted"),
        (("true", "false"), "no journey of"),
    ],
)
def test_a_bad_cell_is_named_by_its_row_and_column(
    change: tuple[str, str], message: str, command: Command
) -> None:
    path = command.file(TOUCHES.replace(*change))
    assert message in command.refused(path, "--value", "value")


def test_of_several_bad_cells_the_one_of_the_first_row_is_named(command: Command) -> None:
    path = command.file(TOUCHES.replace("true,100", "true,x").replace("2026-01-05", "soon"))
    assert "row 2, column value" in command.refused(path, "--value", "value")
    path = command.file(TOUCHES.replace("true,50", "true,x").replace("2026-01-05", "soon"))
    assert "row 3, column time" in command.refused(path, "--value", "value")


def test_a_channel_that_never_converts_has_its_row_in_every_model(command: Command) -> None:
    told = command.told(command.file(TOUCHES.replace("2,2026-01-02,Ads", "2,2026-01-02,Radio")))
    for model in told["models"]:
        assert by_channel(told, model["model"])["Radio"] == 0, model
    assert by_channel(told, "shapley_rate_game", "effect")["Radio"] < 0


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a > > b,1,0,1", "row 2, column path: there is no channel between two separators"),
        ("a,-1,0,1", "row 2, column conversions: '-1' is not a whole number from 0 up"),
        ("a,inf,0,1", "row 2, column conversions: 'inf' is not a whole number from 0 up"),
        ("a,nan,0,1", "row 2, column conversions: 'nan' is not a whole number from 0 up"),
        ("a,1e30,0,1", "row 2, column conversions: '1e30' is not a whole number from 0 up"),
        ("a,1.5,0,1", "row 2, column conversions: '1.5' is not a whole number from 0 up"),
        ("a,1,x,1", "row 2, column nulls: 'x' is not a whole number from 0 up"),
        ("a,0,1,9", "row 2, column value: a value without a conversion"),
        (",1,0,1", "row 2, column path: the cell is empty"),
    ],
)
def test_a_bad_path_is_named_by_its_row_and_column(
    row: str, message: str, command: Command
) -> None:
    path = command.file(f"path,conversions,nulls,value\na,1,1,1\n{row}\n")
    found = command.refused(path, "--path", "path", "--nulls", "nulls", "--value", "value")
    assert message in found


def test_two_values_of_one_journey_are_refused_and_not_summed(command: Command) -> None:
    text = "journey,time,channel,converted,value\n1,2026-01-01,a,1,80\n1,2026-01-02,b,1,70\n"
    found = command.refused(command.file(text), "--value", "value")
    assert "row 1, column value: other rows of its journey state another value" in found


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--models", "linear,magic"), "there is no model magic; there are first_touch"),
        (("--models", "w_shaped_30_30_30_10"), "needs milestones"),
        (("--path", "path", "--journey", "j"), "give one kind"),
        (("--output", "credits.xlsx"), "is none of .json, .csv, .parquet"),
        (("--output", "nowhere/credits.csv"), "there is no folder nowhere"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_the_reason(
    options: tuple[str, ...], message: str, command: Command
) -> None:
    assert message in command.refused(command.file(TOUCHES), *options)


def test_a_file_that_is_not_there_or_not_readable_is_said_to_be_so(command: Command) -> None:
    assert "there is no file" in command.refused(command.folder / "none.csv")
    assert "neither .csv nor .parquet" in command.refused(command.file("x", "journeys.xlsx"))
    assert "cannot be read" in command.refused(command.file("no Parquet", "journeys.parquet"))
    broken = command.file("journey,time,channel,converted\n1,2026-01-01,secret\n", "broken.csv")
    found = command.refused(broken)
    assert "cannot be read" in found
    assert "Line: 2" in found
    assert "secret" not in found
    twice = command.file("time,time,channel,converted\n1,2026-01-01,a,1\n", "twice.csv")
    assert "no first line of column names, each another" in command.refused(twice)
    assert "holds no rows" in command.refused(
        command.file("journey,time,channel,converted\n", "empty.csv")
    )


def test_a_model_past_its_limit_is_left_out_with_its_reason_or_refused_by_name(
    command: Command,
) -> None:
    long = " > ".join(f"c{number}" for number in range(21))
    path = command.file(f"path,conversions,nulls\n{long},1,1\n")
    told = command.told(path, "--path", "path", "--nulls", "nulls")
    assert "shapley_rate_game is left out" in " ".join(told["notes"])
    assert "shapley_value_game" in {model["model"] for model in told["models"]}
    found = command.refused(path, "--path", "path", "--models", "shapley_rate_game")
    assert "its limit is 20 channels" in found


def test_parquet_with_typed_columns_says_what_the_csv_says(command: Command) -> None:
    path = command.file(TOUCHES)
    typed = command.folder / "journeys.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select journey as journey, cast(time as timestamptz) as time, channel,"
            f" converted, value from read_csv('{path}', types = {{'time': 'varchar'}}))"
            f" to '{typed}'"
        )
    assert command.told(typed, "--value", "value") == command.told(path, "--value", "value")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("'1', null, 'Ads', false", "row 2, column time: the cell is empty"),
        ("'1', timestamp 'infinity', 'Ads', false", "row 2, column time: 'infinity' is not"),
        ("'1', timestamp '2026-01-02', null, false", "row 2, column channel: the cell is empty"),
        ("null, timestamp '2026-01-02', 'Ads', false", "row 2, column journey: the cell is empty"),
    ],
)
def test_an_empty_cell_of_parquet_is_named_by_its_row_and_column(
    row: str, message: str, command: Command
) -> None:
    path = command.folder / "journeys.parquet"
    rows = f"('1', timestamp '2026-01-01', 'Email', true), ({row})"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (from (values {rows}) as rows (journey, time, channel, converted)) to '{path}'"
        )
    assert message in command.refused(path)


def test_parquet_that_breaks_midway_is_said_to_be_unreadable(command: Command) -> None:
    path = command.folder / "journeys.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select range as journey, timestamp '2026-01-01' as time, 'Ads' as channel, true"
            f" as converted from range(50000)) to '{path}' (row_group_size 10000)"
        )
    held = bytearray(path.read_bytes())
    held[len(held) // 3 : len(held) // 2] = bytes(len(held) // 2 - len(held) // 3)
    path.write_bytes(held)
    assert "cannot be read" in command.refused(path)


@pytest.mark.parametrize("shape", ["touches", "paths"])
def test_a_file_read_in_many_batches_gives_what_it_gives_at_once(
    shape: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, options = command.folder / "journeys.parquet", ()
    query = (
        "select range // 7 as journey, 'c' || hash(range) % 5 as channel, range % 7 = 5 as"
        " converted, range % 11 as value,"
        " timestamp '2026-01-01' + to_hours(cast(hash(range) % 9 as bigint)) as time"
        " from range(40000)"
    )
    if shape == "paths":
        query = (
            "select 'c' || range % 5 || '>c' || range % 3 || repeat('>c4', range % 4) as path,"
            " range % 3 as conversions, range % 2 as nulls, (range % 3) * 7 as value"
            " from range(40000)"
        )
        options = ("--path", "path", "--nulls", "nulls")
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to '{path}'")
    whole = command.told(path, "--value", "value", *options)
    for size in ("_BATCH", "_PATHS"):
        monkeypatch.setattr(journeys, size, 1000)
    assert command.told(path, "--value", "value", *options) == whole


def test_a_list_of_channels_is_a_path(command: Command) -> None:
    path = command.folder / "paths.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select ['a', 'b'] as path, 2 as conversions, 1 as nulls) to '{path}'"
        )
    told = command.told(path, "--path", "path", "--nulls", "nulls", "--models", "linear")
    assert by_channel(told, "linear") == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_csv_may_have_another_delimiter_quotes_and_a_byte_order_mark(
    delimiter: str, command: Command
) -> None:
    text = "\ufeff" + TOUCHES.replace(",", delimiter).replace("Email", '"Email, news"')
    told = command.told(command.file(text), "--value", "value")
    assert by_channel(told, "linear") == {"Ads": 0.5, "Direct": 1.0, "Email, news": 0.5}


def test_columns_are_named_by_options(command: Command) -> None:
    text = TOUCHES.replace("journey,time,channel,converted,value", "user id,ts,Kanal,buy,EUR")
    options = "--journey|user id|--time|ts|--channel|Kanal|--converted|buy|--value|EUR"
    told = command.told(command.file(text, "named.csv"), *options.split("|"))
    same = command.told(command.file(TOUCHES), "--value", "value")
    assert (told["input"], told["credits"]) == (same["input"], same["credits"])


JOURNEYS = st.lists(
    st.lists(
        st.tuples(
            st.integers(1, 28), st.sampled_from(["Ads", "Email", "Direct", "SEO"]), st.booleans()
        ),
        min_size=1,
        max_size=5,
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(journeys=JOURNEYS)
def test_credit_and_money_are_whole_and_row_order_changes_nothing(journeys, command) -> None:
    rows = [
        f"{number},2026-01-{day:02},{channel},{int(converted)},{7 * day if converted else ''}"
        for number, touches in enumerate([*journeys, [(1, "Ads", True), (2, "SEO", False)]])
        for day, channel, converted in touches
    ]
    header = "journey,time,channel,converted,value\n"
    told = command.told(command.file(header + "\n".join(rows)), "--value", "value")
    for model in (each["model"] for each in told["models"]):
        for key in ("conversions", "value"):
            total = sum(by_channel(told, model, key).values())
            assert total == pytest.approx(told["input"][key], abs=1e-9), (model, key)
    random.Random(1).shuffle(rows)
    again = command.told(command.file(header + "\n".join(rows)), "--value", "value")
    assert again == told


def test_credits_are_written_whole_to_csv_json_and_parquet(command: Command) -> None:
    path = command.file(TOUCHES.replace("Email", "=Email"))
    told = command.told(path, "--value", "value")
    for suffix in ("json", "csv", "parquet"):
        target = command.folder / f"credits.{suffix}"
        assert command.told(path, "--value", "value", "--output", str(target)) == told
        assert not list(command.folder.glob("*.partial"))
    held = json.loads((command.folder / "credits.json").read_text("utf-8"))
    assert held == told
    assert "\nlinear,'=Email," in (command.folder / "credits.csv").read_text("utf-8")
    found = duckdb.sql(f"select * from '{command.folder / 'credits.parquet'}'").fetchall()
    assert found == [tuple(row.values()) for row in told["credits"]]


def test_the_examples_of_the_document_run_as_they_stand(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (PROJECT / "docs" / "attribution.md").read_text("utf-8")
    blocks = re.findall(r"^```(csv|bash)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    names = re.findall(r"Save this as `([^`]+)`", text)
    files = [block for kind, block in blocks if kind == "csv"]
    lines = [block.strip() for kind, block in blocks if kind == "bash"]
    assert len(names) == len(files) == len(lines) == 2
    monkeypatch.chdir(command.folder)
    for name, held, line in zip(names, files, lines, strict=True):
        command.file(held, name)
        assert main(shlex.split(line)[1:]) == 0
        assert "p(conversion)" in command.capsys.readouterr().out


def test_the_table_names_every_channel_of_every_model_and_needs_no_home(
    command: Command, home: Path
) -> None:
    path = command.file(TOUCHES)
    assert main(["attribution", "run", "--journeys", str(path), "--intervals", "5"]) == 0
    text = command.capsys.readouterr().out
    assert "3 journeys, 5 touches, 3 paths, 3 channels; 2 conversions" in text
    for model in (*RULE_MODELS, "time_decay", "markov_order_3", "shapley_rate_game"):
        assert sum(line.startswith(f"{model} ") for line in text.splitlines()) == 3, model
    assert "u_shaped_50_50 is left out: it needs milestones" in text
    assert not home.exists()

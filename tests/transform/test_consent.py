"""Consent: the rules are data, and nothing but a person's own later act undoes a refusal."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.model_sql import rendered
from orchestration import rules
from orchestration.settings import PROJECT, Refused

AS_OF = "2026-07-01 06:00:00"
NOW = 100
EVENTS = """
create or replace table int_consent__events (
    event_id varchar, person_id varchar, channel varchar, purpose varchar, effect varchar,
    scope varchar, standing varchar, source varchar, list_id varchar, is_current boolean,
    occurred_at timestamp, expires_at timestamp
)
"""
STEADY = settings(max_examples=60, deadline=None, derandomize=True)


@dataclass(frozen=True)
class Said:
    """One event of one person and channel; days count up to NOW, which is as_of."""

    effect: str
    day: int
    standing: str | None = None
    holds: int | None = None
    scope: str = "global"
    person: str = "p"

    @property
    def is_own_act(self) -> bool:
        return self.effect == "grant" and self.standing == "evidence"

    @property
    def is_refusal(self) -> bool:
        return self.effect == "withdraw" and self.scope == "global"


GRANTS = st.builds(
    Said,
    st.just("grant"),
    st.integers(80, 110),
    st.sampled_from(("evidence", "assertion", "none")),
    st.none() | st.integers(1, 40),
)
REFUSALS = st.builds(
    Said, st.just("withdraw"), st.integers(80, 110), scope=st.sampled_from(("global", "list"))
)
LOGS = st.lists(st.one_of(GRANTS, REFUSALS), max_size=6)


@pytest.fixture(scope="module")
def decisions() -> "Decisions":
    return Decisions(duckdb.connect(), rendered("int_consent__decisions", as_of=AS_OF))


@dataclass(frozen=True)
class Decisions:
    """Asks the model what stands for a person of whom these events are known."""

    connection: duckdb.DuckDBPyConnection
    sql: str

    def of(self, log: Sequence[Said], person: str = "p") -> tuple[Said | None, Said | None]:
        """Return the refusal and the grant that stand."""
        self.connection.execute(EVENTS)
        instant = f"timestamp '{AS_OF}' + to_days(cast(? as integer) - {NOW})"
        for number, each in enumerate(log):
            self.connection.execute(
                "insert into int_consent__events values"
                f" (?, ?, 'email', 'marketing', ?, ?, ?, 't', 'l', true, {instant}, {instant})",
                [
                    *(str(number), each.person, each.effect, each.scope, each.standing, each.day),
                    None if each.holds is None else each.day + each.holds,
                ],
            )
        found = self.connection.execute(
            f"select refusal_id, grant_id from ({self.sql}) where person_id = ?", [person]
        ).fetchone()
        refusal, grant = found or (None, None)
        return log[int(refusal)] if refusal else None, log[int(grant)] if grant else None


@given(log=LOGS)
@STEADY
def test_a_grant_stands_only_without_a_refusal_or_after_all_by_the_persons_own_act(
    decisions: Decisions, log: list[Said]
) -> None:
    refusal, grant = decisions.of(log)
    refusals = [each for each in log if each.is_refusal]

    assert (refusal is None) == (not refusals)
    last = max((each.day for each in refusals), default=0)
    counting = ("evidence",) if refusals else ("evidence", "assertion")
    good = [
        each
        for each in log
        if each.effect == "grant" and last < each.day <= NOW and each.standing in counting
    ]
    assert (grant is None) == (not good)
    if grant:
        ends = [10**9 if each.holds is None else each.day + each.holds for each in good]
        assert (10**9 if grant.holds is None else grant.day + grant.holds) == max(ends)


@given(log=LOGS, more=GRANTS)
@STEADY
def test_an_import_or_what_another_tool_writes_never_undoes_a_refusal(
    decisions: Decisions, log: list[Said], more: Said
) -> None:
    refused = [*log, Said("withdraw", 90)]
    before = decisions.of(refused)[1]
    for standing in ("assertion", "none"):
        assert decisions.of([*refused, replace(more, standing=standing)])[1] == before


@given(one=LOGS, other=LOGS)
@STEADY
def test_a_merge_never_gives_back_what_either_of_the_two_refused(
    decisions: Decisions, one: list[Said], other: list[Said]
) -> None:
    _, grant = decisions.of([*one, *other])
    if grant:
        for each in (*one, *other):
            assert not each.is_refusal or (grant.is_own_act and grant.day > each.day)


@given(log=LOGS, data=st.data())
@STEADY
def test_old_news_that_comes_again_changes_nothing(
    decisions: Decisions, log: list[Said], data: st.DataObject
) -> None:
    """As when a tool is restored from its backup, or a file is read twice."""
    told = [each.day if each else None for each in decisions.of(log)]
    again = data.draw(st.permutations([*log, *log]))
    assert [each.day if each else None for each in decisions.of(again)] == told


def state(config: Path, folder: Path, *, origin: str = "form", country: str = "DE") -> str:
    """Return the reason that the platform's own SQL gives for one person under these rules."""
    warehouse = folder / "rules.duckdb"
    rules.load(config, warehouse)
    source = "{}.{}".format
    with duckdb.connect(str(warehouse)) as connection:
        for name in ("rules", "bases", "signals", "origins"):
            model = f"stg_config__consent_{name}"
            connection.execute(
                f"create or replace view {model} as {rendered(model, source=source)}"
            )
        connection.execute(
            f"""
            create or replace table int_consent__statements as select
                'hubspot' as tool, 'hubspot' as source, 'form_submissions' as object,
                's' as source_record_id, cast(null as varchar) as list_id,
                'form_consent' as field, 'true' as stated_value, '{origin}' as origin,
                'I agree' as wording, timestamp '2026-01-01' as occurred_at,
                timestamp '2026-01-01' as observed_at, 's' as statement_key, true as is_current;
            create or replace table int_identity__bridge as select
                'hubspot' as source, 'form_submissions' as object, 's' as source_record_id,
                'p' as person_id, 'person' as kind, false as is_deleted;
            create or replace table int_identity__records as select
                'hubspot' as source, 'form_submissions' as object, 's' as source_record_id,
                'a@b.example' as email_normalised, false as is_deleted;
            create or replace table int_consent__reach as select
                'p' as person_id, '{country}' as country_code, false as is_deleted,
                true as has_address, true as is_deliverable, false as has_number
            """
        )
        for model in ("int_consent__events", "int_consent__decisions", "int_consent__states"):
            sql = rendered(model, as_of=AS_OF)
            connection.execute(f"create or replace table {model} as {sql}")
        found = connection.execute(
            "select reason from int_consent__states"
            " where channel = 'email' and purpose = 'marketing'"
        ).fetchone()
    return found[0] if found else "(no rule)"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECT / "config", tmp_path / "config")


def edit(config: Path, table: str, **change: object) -> None:
    """Change the first line of a table of the rules."""
    path = config / "consent.yml"
    document = yaml.safe_load(path.read_text("utf-8"))
    document[table][0] |= change
    path.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")


def test_the_shipped_rules_grant_for_two_years_what_a_form_shows(
    config: Path, tmp_path: Path
) -> None:
    assert state(config, tmp_path) == "granted"
    assert state(config, tmp_path, origin="IMPORT") == "no_consent"
    assert state(config, tmp_path, origin="IMPORT", country="US") == "no_objection"


@pytest.mark.parametrize(
    ("table", "change", "reason"),
    [
        ("consent_bases", {"expires_after_days": 30}, "expired"),
        ("consent_rules", {"needs": "no_objection"}, "granted"),
        ("consent_origins", {"standing": "none"}, "no_consent"),
        ("consent_rules", {"country_code": "FR"}, "(no rule)"),
    ],
)
def test_an_edited_rule_moves_the_state(
    config: Path, tmp_path: Path, table: str, change: dict[str, object], reason: str
) -> None:
    edit(config, table, **change)
    assert state(config, tmp_path) == reason


@pytest.mark.parametrize(
    ("table", "change", "told"),
    [
        ("consent_rules", {"needs": "luck"}, r"consent_rules\.0\.needs.*one of the listed values"),
        ("consent_rules", {"country_code": "Germany"}, r"consent_rules\.0\.country_code"),
        ("consent_bases", {"expires_after_days": 0}, r"consent_bases\.0\.expires_after_days"),
        ("consent_signals", {"effect": "grant"}, r"consent_signals\.0\.basis"),
        ("consent_signals", {"chanel": "email"}, r"consent_signals\.0.*unknown key"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place_and_remedy(
    config: Path, table: str, change: dict[str, object], told: str
) -> None:
    edit(config, table, **change)
    with pytest.raises(Refused, match=rf"config/consent\.yml, key {told}"):
        rules.tables(config)


def test_every_pair_that_a_tool_speaks_of_has_a_rule_for_every_country() -> None:
    """Else nobody could be contacted so, whatever they said."""
    told = rules.read(PROJECT / "config", "consent")
    ruled = {
        (each["channel"], each["purpose"])
        for each in told["consent_rules"]
        if each["country_code"] is None
    }
    spoken = {(each["channel"], each["purpose"]) for each in told["consent_signals"]}
    assert spoken <= ruled

"""One change at a time moves exactly what it must: every other row of the marts stays as it was.

A day is restated, two persons are merged, a deal is refunded, a deal's stage moves back, a launch
was planned for an earlier day.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import whole_runs
from rebuild import tables
from simulated_days import settings_at, transformed

from orchestration import house, rules
from orchestration.settings import export

pytestmark = pytest.mark.slow

# The day after the first run: what a load brings again is younger than what is there.
AS_OF = datetime(2026, 7, 2, 6)
# Won deals of the CRM that nothing has been given back of: id there, id here, account.
WON = """
select source_record_id, opportunity_id, account_id
from intermediate.int_opportunities__opportunities
where is_won and not is_reversal and source = 'hubspot' and value_amount > 0
and opportunity_id not in (
    select original_opportunity_id from intermediate.int_opportunities__opportunities
    where original_opportunity_id is not null
)
order by source_record_id
"""
Row = dict[str, Any]


@dataclass
class Company:
    """A home that was published once, and what the last change moved in its marts."""

    home: Path
    kept: Path

    @property
    def marts(self) -> Path:
        return self.home / "marts" / "engineroom.duckdb"

    def rows(self, sql: str) -> list[tuple]:
        """Return rows of the marts, or of what they are made of."""
        file = self.marts if " marts." in sql else self.home / "warehouse.duckdb"
        with duckdb.connect(str(file), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def after(
        self, change: Callable[[duckdb.DuckDBPyConnection], object], *decisions: Row
    ) -> dict[str, list[Row]]:
        """Make a change to raw rows, run the rest of the platform; return the rows that moved."""
        shutil.copyfile(self.marts, self.kept)
        settings = settings_at(self.home, AS_OF, whole_runs.SEED, whole_runs.SCALE)
        facts = house.House(settings, "sandbox", AS_OF, str(uuid.uuid4()))
        with house.occupied(settings, facts.run_id):
            export(settings)
            house.prepare(facts)
            with duckdb.connect(str(settings.warehouse)) as connection:
                change(connection)
            matching = rules.read(settings.config, "matching")
            transformed(facts, {**matching, "overrides": list(decisions)})
        return dict(self._moved())

    def _moved(self) -> Iterator[tuple[str, list[Row]]]:
        with duckdb.connect() as connection:
            for alias, file in (("kept", self.kept), ("anew", self.marts)):
                connection.execute(f"attach '{file}' as {alias} (read_only)")
            for table, columns in tables(connection, "marts").items():
                if found := list(_unlike(connection, table, columns)):
                    yield table, found


def _unlike(connection: duckdb.DuckDBPyConnection, table: str, columns: str) -> Iterator[Row]:
    for side, other in (("kept", "anew"), ("anew", "kept")):
        answer = connection.execute(
            f"select {columns} from {side}.marts.{table}"
            f" except all select {columns} from {other}.marts.{table}"
        )
        names = [column[0] for column in answer.description or []]
        for row in answer.fetchall():
            yield {**dict(zip(names, row, strict=True)), "side": side}


def again(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    where: str,
    changes: str,
    *,
    new: bool = False,
) -> None:
    """Load a row again with other values: a new version of it, or with `new` another record."""
    stamp = f"timestamptz '{AS_OF}+00'"
    told = f"{changes}, md5(row_version || '{table}') as row_version, '{uuid.uuid4()}' as"
    connection.execute(
        f"create or replace temp table fresh as select * replace ({told} _dlt_load_id,"
        f" {stamp} as _dlt_valid_from) from {table} where _dlt_valid_to is null and {where}"
    )
    if not new:
        connection.execute(
            f"update {table} set _dlt_valid_to = {stamp} where _dlt_valid_to is null and {where}"
        )
    connection.execute(f"insert into {table} select * from fresh")


@pytest.fixture(scope="module")
def company(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    folder = tmp_path_factory.mktemp("single")
    home = whole_runs.copy_home(published_home, folder / "home")
    found = Company(home, folder / "kept.duckdb")
    found.after(lambda _: None)  # the day itself moves what is counted by days
    return found


def facts_moved(moved: dict[str, list[Row]]) -> set[str]:
    """Return the marts of single things that moved; reports sum them up."""
    return {table for table in moved if table.startswith(("fct_", "dim_", "bridge_"))}


def test_a_run_over_nothing_new_moves_nothing(company: Company) -> None:
    assert company.after(lambda _: None) == {}


def test_a_restated_day_moves_the_spend_of_that_day_alone(company: Company) -> None:
    ((day,),) = company.rows(
        "select min(reported_on) from marts.fct_ad_performance"
        " where platform = 'linkedin_ads' and spend_amount > 0"
    )
    moved = company.after(
        lambda connection: again(
            connection,
            "raw_linkedin_ads.analytics",
            f"pivot_name = 'ACCOUNT' and reported_on = date '{day}'",
            "cast(cast(cost_in_local_currency as decimal(18, 2)) + 7 as varchar)"
            " as cost_in_local_currency",
        )
    )
    # What an account charges above its campaigns is no campaign's restatement.
    assert facts_moved(moved) == {"fct_ad_performance", "fct_budget_lines"}
    spend = moved["fct_ad_performance"]
    assert {(row["platform"], row["reported_on"], row["is_residual"]) for row in spend} == {
        ("linkedin_ads", day, True)
    }
    gained = sum(row["spend_amount"] * (1 if row["side"] == "anew" else -1) for row in spend)
    assert gained == 7
    assert {row["date_day"] for row in moved["rpt_channel_roi"]} == {day}
    lines = moved["fct_budget_lines"]
    assert {(row["starts_on"], row["canonical_campaign"], row["status"]) for row in lines} == {
        (day.replace(day=1), "(any)", "no_line")
    }
    month, every = day.replace(day=1), ("(all)", "paid_social")
    assert {(row["month"], row["channel"]) for row in moved["rpt_budget_pacing"]} == {
        (month, channel) for channel in every
    }


def test_merged_persons_move_what_is_theirs_alone(company: Company) -> None:
    (one, first), (other, second) = company.rows(
        """
        select min(source_record_id), person_id from marts.bridge_identity
        semi join (
            select person_id from marts.fct_conversions where opportunity_id is null
            group by person_id having bool_and(not is_reversal)
        ) using (person_id)
        where source = 'hubspot' and object = 'contacts'
        and account_id not in (
            select account_id from marts.fct_opportunities where account_id is not null
        )
        group by person_id having count(*) = 1 order by 1 limit 2
        """
    )
    record = {"source": "hubspot", "object": "contacts"}
    moved = company.after(
        lambda _: None,
        {
            "action": "force_merge", "reason": "one person", "decided_by": "ada",
            "left": {**record, "source_record_id": one},
            "right": {**record, "source_record_id": other},
        },
    )  # fmt: skip
    both = {first, second}
    conversions = {row["conversion_id"] for row in moved["fct_conversions"]}
    for table in facts_moved(moved):
        for row in moved[table]:
            if "person_id" in row:
                assert row["person_id"] in both, (table, row)
            elif table == "fct_attribution_credits":
                assert row["conversion_id"] in conversions, row
            else:
                assert table == "dim_accounts", (table, row)
    whole = company.rows(
        "select count(*) from (select sum(credit_micros) as micros"
        " from marts.fct_attribution_credits group by conversion_id, attribution_model)"
        " where micros <> 1000000"
    )
    assert whole == [(0,)]
    # The decision is taken back, so that the next change stands alone.
    company.after(lambda _: None)


def test_a_refund_adds_its_own_rows_and_nets_each_touch_to_zero(company: Company) -> None:
    deal, *_ = company.rows(WON)[0]
    moved = company.after(
        lambda connection: again(
            connection,
            "raw_hubspot.deals",
            f"id = '{deal}'",
            f"'back' as id, '{deal}' as properties__original_deal_id,"
            " cast(-cast(properties__amount as decimal(18, 2)) as varchar) as properties__amount",
            new=True,
        )
    )
    refunds = [row for row in moved["fct_conversions"] if row["is_reversal"]]
    assert [row["side"] for row in moved["fct_conversions"]] == ["anew"]
    assert len(refunds) == 1
    credits = moved["fct_attribution_credits"]
    assert {row["conversion_id"] for row in credits} == {refunds[0]["conversion_id"]}
    assert {row["side"] for row in credits} == {"anew"}
    both = f"('{refunds[0]['conversion_id']}', '{refunds[0]['reverses_conversion_id']}')"
    net = company.rows(
        f"""
        select attribution_model, touchpoint_id from marts.fct_attribution_credits
        where conversion_id in {both} group by all
        having count(*) <> 2 or sum(value_amount) <> 0 or sum(value_amount_reporting) <> 0
        """
    )
    assert net == []


def test_a_stage_that_moves_back_moves_its_own_opportunity_alone(company: Company) -> None:
    deal, opportunity, account = company.rows(WON)[1]

    def move_back(connection: duckdb.DuckDBPyConnection) -> None:
        again(
            connection,
            "raw_hubspot.deals",
            f"id = '{deal}'",
            "'presentationscheduled' as properties__dealstage",
        )

    moved = company.after(move_back)
    assert {row["opportunity_id"] for row in moved["fct_opportunities"]} == {opportunity}
    conversions = {row["conversion_id"] for row in moved.get("fct_conversions", [])}
    for table in facts_moved(moved) - {"fct_opportunities"}:
        for row in moved[table]:
            mine = row.get("opportunity_id") == opportunity or row.get("account_id") == account
            assert mine or row.get("conversion_id") in conversions, (table, row)


def test_another_first_owner_moves_the_routing_of_its_lead_alone(company: Company) -> None:
    """Whose lead it is changes, not how long it waited, and nobody else's turn."""
    ((lead, rule, owner, change),) = company.rows(
        """
        select lead_id, rule_name, first_owner, min_by(event_id, changed_at)
        from intermediate.int_routing__outcomes
        join raw_hubspot.property_history
            on object_id = contact_record_id and property = 'hubspot_owner_id'
        where is_accurate and pool_name is not null
        group by all having count(*) = 1 order by lead_id limit 1
        """
    )
    moved = company.after(
        lambda connection: connection.execute(
            "update raw_hubspot.property_history set value = '70000009' where event_id = ?",
            [change],
        )
    )
    assert facts_moved(moved) == {"fct_lead_routing"}
    before, after = sorted(moved["fct_lead_routing"], key=lambda row: row["side"], reverse=True)
    assert (before["lead_id"], after["lead_id"]) == (lead, lead)
    unlike = {name for name in before if before[name] != after[name]} - {"side"}
    assert unlike == {
        *("first_owner_id", "is_accurate", "misroute_kind", "lost_hours", "cost_amount_reporting")
    }
    assert (before["misroute_kind"], after["misroute_kind"]) == (None, "inactive_owner")
    assert "rpt_speed_to_lead" not in moved
    sides = {(row["segment_kind"], row["segment"]) for row in moved["rpt_routing_accuracy"]}
    assert {("all", "(all)"), ("rule", rule)} <= sides
    company.after(
        lambda connection: connection.execute(
            "update raw_hubspot.property_history set value = ? where event_id = ?", [owner, change]
        )
    )


def test_another_plan_moves_its_own_launch_alone(company: Company) -> None:
    (launch, month, task), *_ = company.rows(
        """
        select launches.launch_id, cast(date_trunc('month', launches.live_on) as date),
            milestones.task_id
        from marts.fct_launches as launches
        inner join marts.fct_launch_milestones as milestones
            on launches.launch_id = milestones.launch_id and milestones.milestone = 'live'
        where launches.is_on_time order by launches.live_on, launches.launch_id
        """
    )
    moved = company.after(
        lambda connection: again(
            connection,
            "raw_asana.stories",
            f"task_gid = '{task}' and resource_subtype = 'due_date_changed'",
            "new_dates__due_on - 7 as new_dates__due_on",
        )
    )
    # The days that the playbook prescribes hang on the day of going live; no check and no approval.
    facts = {"fct_launches", "fct_launch_milestones"}
    reports = {"rpt_launch_velocity", "rpt_mops_kpis_weekly", "rpt_truth_scores"}
    assert set(moved) == facts | reports
    assert {row["kpi_id"] for row in moved["rpt_mops_kpis_weekly"]} == {"launches_on_time"}
    # Nobody planted that this one is late.
    assert {row["metric"] for row in moved["rpt_truth_scores"]} == {"late_launch_precision"}
    for table in facts:
        assert {row["launch_id"] for row in moved[table]} == {launch}
    late = {row["side"]: row["is_on_time"] for row in moved["fct_launches"]}
    assert late == {"kept": True, "anew": False}
    assert {row["month"] for row in moved["rpt_launch_velocity"]} == {month}
    every = {
        row["side"]: row for row in moved["rpt_launch_velocity"] if row["marketer_id"] == "(all)"
    }
    assert every["kept"]["on_time_launches"] - every["anew"]["on_time_launches"] == 1
    assert every["kept"]["launches"] == every["anew"]["launches"]


# Whoever may be written to by a contact of the CRM that holds no opt-out, and nobody else there.
WILLING = """
select contacts.id, persons.person_id from raw_hubspot.contacts as contacts
inner join intermediate.int_identity__bridge as bridge
    on bridge.source_record_id = contacts.id and bridge.object = 'contacts'
inner join intermediate.int_consent__states as persons
    on persons.person_id = bridge.person_id and channel = 'email' and purpose = 'marketing'
where contacts._dlt_valid_to is null and is_contactable and contacts.id not in (
    select object_id from raw_hubspot.property_history where property = 'hs_email_optout'
)
order by contacts.id
"""
# Who is off the newsletter, by the member's own word.
GONE = """
select members.id, bridge.person_id from raw_mailchimp.members as members
inner join intermediate.int_identity__bridge as bridge
    on bridge.source_record_id = members.list_id || ':' || members.id
inner join intermediate.int_consent__states as states
    on states.person_id = bridge.person_id and channel = 'email' and purpose = 'marketing'
where members._dlt_valid_to is null and status = 'unsubscribed' and not members.is_deleted
    and reason = 'opted_out'
order by members.id
"""
CONSENT = ("fct_consent_events", "rpt_contactability", "rpt_suppression_parity")


def test_an_opt_out_in_one_tool_moves_what_holds_for_that_person_alone(company: Company) -> None:
    contact, person = company.rows(WILLING)[0]
    moved = company.after(
        lambda connection: again(
            connection,
            "raw_hubspot.contacts",
            f"id = '{contact}'",
            "'true' as properties__hs_email_optout",
        )
    )
    assert facts_moved(moved) == {"fct_consent_events", "dim_persons"}
    for table in (*CONSENT, "dim_persons"):
        assert {row["person_id"] for row in moved.get(table, [])} <= {person}, table
    (event,) = moved["fct_consent_events"]
    assert (event["effect"], event["tool"], event["side"]) == ("withdraw", "hubspot", "anew")
    states = [
        (row["channel"], row["purpose"], row["reason"])
        for row in moved["rpt_contactability"]
        if row["side"] == "anew"
    ]
    assert states == [("email", "marketing", "opted_out")]
    assert [row["is_contactable"] for row in moved["dim_persons"] if row["side"] == "anew"] == [
        False
    ]


def test_only_a_form_of_their_own_gives_a_member_back_who_had_left(company: Company) -> None:
    """Not an import, nor the tool's own backup, which knows the member as it was."""
    imported, restored, returned = company.rows(GONE)[:3]
    just_now = f"timestamp '{AS_OF}' - interval 1 minute as timestamp_opt"
    backs = {
        imported: f"'Import' as source, {just_now}",
        restored: "source as source, timestamp_opt as timestamp_opt",
        returned: f"'Hosted Signup Form' as source, {just_now}",
    }

    def put_back(connection: duckdb.DuckDBPyConnection) -> None:
        for (member, _), told in backs.items():
            values = f"'subscribed' as status, {told}"
            again(connection, "raw_mailchimp.members", f"id = '{member}'", values)

    moved = company.after(put_back)
    assert facts_moved(moved) == {"fct_consent_events", "dim_persons"}
    for table in ("rpt_contactability", "dim_persons"):
        assert {row["person_id"] for row in moved[table]} == {returned[1]}, table
    states = [row["reason"] for row in moved["rpt_contactability"] if row["side"] == "anew"]
    assert states == ["granted"]
    gaps = [row for row in moved["rpt_suppression_parity"] if row["source"] == "mailchimp"]
    assert {(row["person_id"], row["side"]) for row in gaps} == {
        (imported[1], "anew"),
        (restored[1], "anew"),
    }

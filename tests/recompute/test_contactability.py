"""Who may be written to, worked out again from raw rows in plain Python."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import md5
from pathlib import Path

import pytest
from plain import AS_OF, Home

pytestmark = pytest.mark.slow

OPEN = "_dlt_valid_to is null"
WILL = ("opted_out", "granted", "no_objection", "expired", "no_consent")
ADDRESS = r"regexp_full_match(coalesce({0}, ''), '[^@\s,;]+@[^@\s,;]+[.]\w+')"
Record = tuple[str, str, str]


@pytest.fixture(scope="session")
def home(published_home: Path) -> Home:
    return Home(published_home)


@pytest.fixture(scope="session")
def people(home: Home) -> dict[Record, str]:
    """Return record -> person; who is who has tests of its own."""
    return {
        (source, object_, id_): person
        for source, object_, id_, person in home.marts(
            "select source, object, source_record_id, person_id from bridge_identity"
            " where kind = 'person'"
        )
    }


def refusals(home: Home) -> Iterable[tuple[Record, datetime]]:
    """Yield (record, instant) of every opt-out of marketing by e-mail that any tool tells."""
    for id_, at in home.raw(
        "select object_id, changed_at from raw_hubspot.property_history"
        " where property = 'hs_email_optout' and value = 'true'"
    ):
        yield ("hubspot", "contacts", id_), at
    for object_ in ("leads", "contacts"):
        for id_, at in home.raw(
            f"select id, system_modstamp from raw_salesforce.{object_} where has_opted_out_of_email"
        ):
            yield ("salesforce", object_, id_), at
    for list_, id_, at in home.raw(
        "select list_id, id, last_changed from raw_mailchimp.members"
        " where status in ('unsubscribed', 'archived')"
    ):
        yield ("mailchimp", "members", f"{list_}:{id_}"), at
    for table in ("unsubscribes", "abuse_reports"):
        for list_, id_, at in home.raw(
            "select recipients__list_id, email_id, occurred_at"
            f" from raw_mailchimp.{table} inner join raw_mailchimp.campaigns"
            f" on campaign_id = campaigns.id and campaigns.{OPEN}"
        ):
            yield ("mailchimp", "members", f"{list_}:{id_}"), at
    for id_, at in home.raw(
        "select id, email_consent_at from raw_klaviyo.profiles where email_consent = 'UNSUBSCRIBED'"
        " union all select id, updated from raw_klaviyo.profiles"
        " where email_suppressions like '%UNSUBSCRIBE%'"
        " union all select profile_id, datetime from raw_klaviyo.events"
        f" inner join raw_klaviyo.metrics on metric_id = metrics.id and metrics.{OPEN}"
        " where name in ('Unsubscribed from Email Marketing', 'Marked Email as Spam')"
    ):
        yield ("klaviyo", "members", f"all:{id_}"), at


def grants(home: Home) -> Iterable[tuple[Record, datetime, bool, int]]:
    """Yield (record, instant, whether the person's own act, days that it holds)."""
    for id_, at in home.raw(
        "select submission_id, submitted_at from raw_hubspot.form_submissions"
        " where values__consent = 'true'"
    ):
        yield ("hubspot", "form_submissions", id_), at, True, 730
    for id_, at, value in home.raw(
        "select object_id, changed_at, value from raw_hubspot.property_history"
        " where property = 'hs_legal_basis' and source_type = 'CRM_UI'"
    ):
        held = 730 if value.startswith("Freely") else 365
        yield ("hubspot", "contacts", id_), at, False, held
    for list_, id_, at, origin in home.raw(
        "select list_id, id, timestamp_opt, source from raw_mailchimp.members"
        " where status = 'subscribed' and source <> 'Import'"
    ):
        yield ("mailchimp", "members", f"{list_}:{id_}"), at, "Form" in origin, 730
    for id_, at in home.raw(
        "select id, email_consent_at from raw_klaviyo.profiles where email_consent = 'SUBSCRIBED'"
    ):
        yield ("klaviyo", "members", f"all:{id_}"), at, False, 730


@pytest.fixture(scope="session")
def expected(home: Home, people: dict[Record, str]) -> dict[str, str]:
    """Return person -> what they want, of everybody whom some record is known of."""
    holders = {
        md5(email.lower().encode()).hexdigest(): people[source, object_, id_]
        for source, object_, id_, email in home.raw(
            "select 'hubspot', 'contacts', id, trim(properties__email) from raw_hubspot.contacts"
            f" where {OPEN} and properties__email is not null"
        )
        if (source, object_, id_) in people
    }
    refused: dict[str, datetime] = {}
    for record, at in refusals(home):
        digest = record[2].rpartition(":")[2]
        person = people.get(record) or holders.get(digest)
        if person:
            refused[person] = max(at, refused.get(person, at))
    given = defaultdict(list)
    for record, at, is_own, days in grants(home):
        if record in people and at <= AS_OF:
            given[people[record]].append((at, is_own, days))
    found = {}
    for person, country in home.marts("select person_id, country_code from dim_persons"):
        last = refused.get(person)
        standing = [
            at + timedelta(days=days)
            for at, is_own, days in given[person]
            if last is None or (is_own and at > last)
        ]
        if last and not standing:
            found[person] = "opted_out"
        elif standing and max(standing) > AS_OF:
            found[person] = "granted"
        elif country == "US":
            found[person] = "no_objection"
        else:
            found[person] = "expired" if standing else "no_consent"
    return found


def test_what_each_person_wants_is_what_the_tools_told(
    home: Home, expected: dict[str, str]
) -> None:
    told = home.marts(
        "select person_id, reason, is_contactable from rpt_contactability"
        " where channel = 'email' and purpose = 'marketing'"
    )
    assert len({reason for _, reason, _ in told}) >= 5
    wrong = [
        (person, reason, expected[person])
        for person, reason, _ in told
        if (reason in WILL and reason != expected[person])
        or (reason not in WILL and expected[person] == "opted_out")
    ]
    assert wrong == []
    asked = {person for person, reason, _ in told if reason == "opted_out"}
    assert asked == {person for person, state in expected.items() if state == "opted_out"}
    flags = dict(home.marts("select person_id, is_contactable from dim_persons"))
    assert all(flags[person] == is_contactable for person, _, is_contactable in told)
    assert sum(flags.values()) == sum(is_contactable for *_, is_contactable in told)


def test_each_tool_that_would_still_write_to_who_refused_is_listed_and_no_other(
    home: Home, people: dict[Record, str], expected: dict[str, str]
) -> None:
    would_send = home.raw(
        f"""
        select 'hubspot', 'contacts', id from raw_hubspot.contacts
        where {OPEN} and not is_deleted and not archived and {ADDRESS.format("properties__email")}
            and coalesce(properties__hs_email_optout, '') <> 'true'
        union all
        select 'salesforce', 'leads', id from raw_salesforce.leads
        where {OPEN} and not is_deleted and not is_converted and {ADDRESS.format("email")}
            and not coalesce(has_opted_out_of_email, false)
        union all
        select 'salesforce', 'contacts', id from raw_salesforce.contacts
        where {OPEN} and not is_deleted and {ADDRESS.format("email")}
            and not coalesce(has_opted_out_of_email, false)
        union all
        select 'mailchimp', 'members', list_id || ':' || id from raw_mailchimp.members
        where {OPEN} and not is_deleted and status = 'subscribed'
        union all
        select 'klaviyo', 'members', 'all:' || id from raw_klaviyo.profiles
        where {OPEN} and not is_deleted and email_consent = 'SUBSCRIBED'
        """
    )
    refused = {person for person, state in expected.items() if state == "opted_out"}
    gaps = {record for record in would_send if people.get(record) in refused}
    listed = home.marts(
        "select source, object, source_record_id from rpt_suppression_parity"
        " where channel = 'email' and purpose = 'marketing'"
    )

    assert len(gaps) > 10
    assert {source for source, *_ in gaps} >= {"hubspot", "mailchimp"}
    assert sorted(listed) == sorted(gaps)


def test_coverage_is_counted_from_the_persons_themselves(home: Home) -> None:
    counted = home.marts(
        """
        select channel, purpose, count(*), sum(is_on_record::int), sum(is_contactable::int),
            count(*) filter (reason = 'opted_out'), count(*) filter (reason = 'expired')
        from rpt_contactability group by 1, 2 order by 1, 2
        """
    )
    told = home.marts(
        "select channel, purpose, persons, on_record, contactable, opted_out, expired"
        " from rpt_consent_coverage order by 1, 2"
    )
    assert told == counted
    shares = home.marts(
        "select coverage_share, contactable_share from rpt_consent_coverage order by channel,"
        " purpose"
    )
    assert shares == [(row[3] / row[2], row[4] / row[2]) for row in counted]


def test_a_visitor_who_refused_to_be_followed_is_joined_to_nobody(home: Home) -> None:
    named = home.raw(
        "select anonymous_id from raw_web_events.events where email is not null"
        " group by 1 having bool_and(not consent_analytics)"
    )
    assert named
    known = home.marts("select distinct person_id from bridge_identity where object <> 'visitors'")
    joined = home.marts(
        "select source_record_id, person_id from bridge_identity where object = 'visitors'"
    )
    refused, persons = {id_ for (id_,) in named}, {id_ for (id_,) in known}
    assert [id_ for id_, person in joined if id_ in refused and person in persons] == []


def test_what_was_planted_is_told_rightly(home: Home) -> None:
    scores = dict(
        home.marts(
            "select metric, value from rpt_truth_scores"
            " where metric like 'consent%' and value is not null"
        )
    )
    traps = {
        "cleared_by_import", "copy_refuses", "deleted_for_good", "expiring", "merged_refuses",
        "return_by_import", "tools_disagree", "unsubscribed",
    }  # fmt: skip
    assert {f"consent_trap_{trap}_recall" for trap in traps} <= set(scores)
    assert {metric: value for metric, value in scores.items() if value < 0.95} == {}

"""The truth scores of the marts against the same scores computed apart, on made-up results."""

from random import Random

import duckdb
import pytest
import truth_judge

from benchmarks.model_sql import rendered

PARTS = ("identity_scores", "detection_scores", "credit_scores", "routing_scores", "truth_scores")
TABLES = {
    "stg_truth__records": "source varchar, object varchar, source_record_id varchar,"
    " true_person_id varchar, party_kind varchar",
    "stg_truth__persons": "true_person_id varchar, party_kind varchar, true_account_id varchar",
    "stg_truth__account_records": "source varchar, object varchar, source_record_id varchar,"
    " true_account_id varchar",
    "stg_truth__opens": "campaign_id_mailchimp varchar, email_id varchar, occurred_at timestamp,"
    " is_machine boolean",
    "stg_truth__spam_submissions": "submission_id varchar, is_spam boolean",
    "stg_truth__channel_effects": "stage varchar, channel varchar, true_share double",
    "int_identity__bridge": "source varchar, object varchar, source_record_id varchar,"
    " person_id varchar, account_id varchar",
    "int_email__events": "campaign_native_id varchar, recipient_key varchar, event_type varchar,"
    " occurred_at timestamp, actor varchar",
    "int_touchpoints__form_submissions": "submission_id varchar, is_spam boolean",
    # Scores of consent, launches and budgets are judged in tests of their own.
    "int_quality__consent_scores": "metric varchar, value double, note varchar",
    "int_quality__launch_scores": "metric varchar, value double, note varchar",
    "int_quality__budget_scores": "metric varchar, value double, note varchar",
    "int_attribution__credits": "attribution_model varchar, stage varchar, channel varchar,"
    " weight double, is_reversal boolean",
    "stg_truth__routed_leads": "submission_id varchar, required_owner varchar, mistake varchar,"
    " is_late boolean, assigned_at timestamp, reassigned_at timestamp",
    "int_routing__requests": "lead_id varchar, submission_id varchar",
    "int_routing__verdicts": "lead_id varchar, routing_state varchar, required_owner varchar,"
    " misroute_kind varchar, is_assigned_late boolean, was_reassigned_within_7_days boolean",
}
AS_OF = "2026-07-01 06:00:00"
SECONDS = [f"2026-01-01 00:00:{number:02d}" for number in range(60)]


def scored(rows):
    """What the SQL of the project says about rows by table."""
    with duckdb.connect() as connection:
        for name, columns in TABLES.items():
            connection.execute(f"create table {name} ({columns})")
            if rows.get(name):
                marks = ", ".join("?" * len(rows[name][0]))
                connection.executemany(f"insert into {name} values ({marks})", rows[name])
        for part in PARTS:
            sql = rendered(f"int_quality__{part}", as_of=AS_OF)
            connection.execute(f"create table int_quality__{part} as {sql}")
        query = "select metric, value from int_quality__truth_scores"
        return dict(connection.execute(query).fetchall())


def key(id_):
    return ("crm", "contacts", id_)


@pytest.mark.parametrize("seed", range(5))
def test_persons_and_accounts_are_scored_as_pairs_of_loaded_records(seed):
    rng = Random(seed)
    persons = [(f"p{n}", "person", rng.choice((None, "a1", "a2", "a3"))) for n in range(20)]
    records = [(f"r{n}", rng.choice(persons)) for n in range(80)]
    bridge = {id_: (f"f{rng.randrange(25)}", rng.choice((None, "m1", "m2"))) for id_, _ in records}
    late = set(rng.sample(sorted(bridge), 10))
    rows = {
        "stg_truth__persons": persons,
        "stg_truth__records": [(*key(id_), person[0], "person") for id_, person in records],
        "int_identity__bridge": [(*key(i), *ids) for i, ids in bridge.items() if i not in late],
    }
    expected = truth_judge.pair_scores(
        "identity",
        {id_: person[0] for id_, person in records},
        {id_: person for id_, (person, _) in bridge.items() if id_ not in late},
    ) | truth_judge.pair_scores(
        "account",
        {id_: person[2] for id_, person in records if person[2]},
        {id_: account or id_ for id_, (_, account) in bridge.items() if id_ not in late},
    )
    assert scored(rows) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_opens_and_spam_are_scored_by_what_was_seen_and_sure(seed):
    rng = Random(seed)
    truth = {("m", rng.choice("ab"), rng.choice(SECONDS), rng.random() < 0.5) for _ in range(150)}
    where = sorted({each[:3] for each in truth})
    actors = ("human", "machine", "unknown")
    opens = [(*rng.choice(where), rng.choice(actors)) for _ in range(200)]
    spam = {f"s{n}": (rng.random() < 0.4, rng.random() < 0.4) for n in range(50)}
    rows = {
        "stg_truth__records": [(*key("r"), "p", "spam")],
        "stg_truth__opens": sorted(truth),
        "int_email__events": [(m, who, "open", at, actor) for m, who, at, actor in opens],
        "stg_truth__spam_submissions": [(id_, true) for id_, (_, true) in spam.items()],
        "int_touchpoints__form_submissions": [(id_, found) for id_, (found, _) in spam.items()],
    }
    expected = truth_judge.open_scores(truth, opens)
    expected |= truth_judge.detection_scores("spam", spam.values())
    assert scored(rows) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_credit_is_scored_by_its_distance_and_its_order(seed):
    rng = Random(seed)
    channels = ("email", "paid_search", "direct", "referral", "(none)")
    effects = [
        (stage, channel, rng.choice((0.1, 0.2, rng.random())))
        for stage in ("lead", "won") for channel in channels[1:]
    ]  # fmt: skip
    credits = [
        (rng.choice(("linear", "first_touch")), rng.choice(("lead", "won", "mql")),
         rng.choice(channels), rng.random(), rng.random() < 0.1)
        for _ in range(300)
    ]  # fmt: skip
    rows = {
        "stg_truth__records": [(*key("r"), "p", "spam")],
        "stg_truth__channel_effects": effects,
        "int_attribution__credits": credits,
    }
    expected = truth_judge.credit_scores(effects, credits)
    assert scored(rows) == pytest.approx(expected, abs=1e-9)


def test_a_real_home_has_no_truth_scores():
    assert scored({"int_touchpoints__form_submissions": [("s", True)]}) == {}

"""An increment decides what a rebuild with the same ledger would: edges, clusters, ids."""

import datetime as dt
import random
import re
import shutil
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity.derived import READ
from tests.identity.test_resolve import DAY_1, Company, decision

FIRST = ("ann", "anna", "a", "bob", "robert")
LAST = ("lee", "leigh", "ann", "stone", "stones")
DECIDED = (
    "select left_key, right_key, rule, guard, is_used, round(match_weight, 6) from identity.edges"
    " order by all"
)
# Few values each, so that keys are shared, change hands, grow over their limits and shrink again.
VALUES = {
    "email_key": (None, None, "a@x.example", "b@x.example", "quux1@y.example", "quux2@y.example"),
    "phone_key": (None, "2125552368", "2125552369", "4420123456"),
    "first_key": ("ann", "ann", "anna", "a", "bob"),
    "last_key": (None, "lee", "lee", "leee", "ann", "stone"),
    "company_key": (None, "acme", "acmee"),
    "street_key": (None, "1mainstreet"),
    "city": ("york",),
    "kind": ("person", "person", "person", "person", "test"),
    "object_": ("contacts", "contacts", "form_submissions"),
}
IDS = range(16)


def story(rng):
    """Days of changes: records written or removed, merges by the vendor, a pair kept apart."""
    for day in range(4):
        changes = []
        for number in rng.sample(IDS, 12 if day == 0 else rng.randint(1, 4)):
            fields = {name: rng.choice(values) for name, values in VALUES.items()}
            changes.append((number, None if day and rng.random() < 0.2 else fields))
        merges = [tuple(rng.sample(IDS, 2))] if rng.random() < 0.4 else []
        yield changes, merges, [(rng.randint(0, 7), rng.randint(8, 15))] if day % 2 else []


def state(company):
    """All that a reader of the identity tables can see."""
    tables = ("person_map", "person_map_history", "persons", "accounts", "account_map", "ledger")
    told = {each: company.rows(f"select * from identity.{each} order by all") for each in tables}
    told["redirects"] = company.rows("select * from identity.redirects order by all")
    told["reviews"] = company.rows("select * from identity.review_queue order by all")
    told["edges"] = company.rows(DECIDED)
    return told


@settings(
    deadline=None, max_examples=3, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.randoms(use_true_random=False))
def test_an_increment_decides_what_a_rebuild_with_the_ledger_kept_does(tmp_path_factory, rng):
    company = Company(tmp_path_factory.mktemp("increment"))
    rebuilt = Company(tmp_path_factory.mktemp("rebuild"))
    limits = {
        "names_per_key_limit": 4, "cluster_size_limit": 4,
        "probabilistic": {"is_on": True, "ladder": [0, 3, 6, 9], "block_limit": 5},
    }  # fmt: skip
    for day, (changed, merged, forbidden) in enumerate(story(rng)):
        for number, fields in changed:
            if fields is None:
                company.records = {
                    key: row for key, row in company.records.items()
                    if row["source_record_id"] != str(number)
                }  # fmt: skip
            else:
                company.record(str(number), **fields)
        company.merges += [("crm", "contacts", str(a), "contacts", str(b), None) for a, b in merged]
        known = {key.rpartition("|")[2] for key in company.records if "|contacts|" in key}
        pairs = [pair for pair in forbidden if {str(each) for each in pair} <= known]
        overrides = [decision("never_merge", str(one), str(other)) for one, other in pairs]
        shutil.copy(company.file, rebuilt.file)
        rebuilt.records, rebuilt.merges = company.records, company.merges
        told = {"as_of": DAY_1 + dt.timedelta(days=day), "overrides": overrides, **limits}
        company.resolve(**told)
        rebuilt.resolve(**told, full=True)
        assert state(company) == state(rebuilt)


STATEMENTS = {
    "object_": ("contacts", "contacts", "companies"),
    "kind": ("person", "person", "test"),
    "account_domain": (None, None, "x{}.example", "y{}.example"),
    "company_key": (None, "acme{}", "acme{}", "bolt{}"),
    "company_name": (None, "Acme", "Acme Inc."),
    "company_record_id": (None, "{}-1", "{}-2", "{}-3"),
}


def test_an_increment_places_accounts_as_a_rebuild_with_the_ledger_kept_does(tmp_path):
    """Thirty small worlds in one warehouse: they share no name, and so no decision."""
    rng = random.Random(1)
    company, rebuilt = Company(tmp_path / "increment"), Company(tmp_path / "rebuild")
    for day in range(4):
        for world in range(30):
            for number in rng.sample(range(12), 12 if day == 0 else rng.randint(0, 3)):
                id_ = f"{world}-{number}"
                for object_ in ("contacts", "companies"):
                    company.records.pop(f"crm|{object_}|{id_}", None)
                if day == 0 or rng.random() < 0.8:
                    told = {name: rng.choice(values) for name, values in STATEMENTS.items()}
                    company.record(id_, **{n: v and v.format(world) for n, v in told.items()})
            if rng.random() < 0.3:
                one, other = rng.sample(range(1, 12), 2)
                company.merge(f"{world}-{one}", f"{world}-{other}", "companies")
        shutil.copy(company.file, rebuilt.file)
        rebuilt.records, rebuilt.merges = company.records, company.merges
        as_of = DAY_1 + dt.timedelta(days=day)
        company.resolve(as_of)
        rebuilt.resolve(as_of, full=True)
        assert state(company) == state(rebuilt)
        for table in ("placed_records", "account_members"):
            kept = f"select * from identity.{table} order by all"
            assert company.rows(kept) == rebuilt.rows(kept)


def test_a_record_has_changed_where_any_column_that_decides_its_person_or_account_has():
    models = Path(__file__).parents[2] / "transform" / "models" / "intermediate" / "identity"
    model = (models / "int_identity__records.sql").read_text("utf-8")
    hashed = set(re.findall(r"'(\w+)'", model.rpartition("surrogate_key(")[2]))
    of_account = {"account_domain", "company_key", "company_name", "company_record_id"}
    assert hashed == set(re.findall(r"\w+", READ)) | of_account

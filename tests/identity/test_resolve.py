"""The identity room on a small warehouse: named cases of the real world."""

import datetime as dt
import random
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
import yaml

from identity.matching import IdentityError
from identity.resolve import ensure_tables, resolve

DAY_1 = dt.datetime(2026, 7, 1, 6, tzinfo=dt.UTC)
DAY_2 = DAY_1 + dt.timedelta(days=1)
SHIPPED = yaml.safe_load((Path(__file__).parents[2] / "config" / "matching.yml").read_text("utf-8"))
# The scored tier has its own tests, and takes longer to start than these cases take to resolve.
RULES = SHIPPED | {"probabilistic": {"is_on": False}}
COLUMNS = {
    "record_key": "varchar", "source": "varchar", "object": "varchar",
    "source_record_id": "varchar", "linked_record_id": "varchar", "record_kind": "varchar",
    "email_normalised": "varchar", "email_domain": "varchar", "email_key": "varchar",
    "phone_key": "varchar", "first_key": "varchar", "last_key": "varchar",
    "company_key": "varchar", "company_name": "varchar", "company_record_id": "varchar",
    "company_domain": "varchar", "account_domain": "varchar", "street_key": "varchar",
    "postal_code": "varchar", "city": "varchar", "country_code": "varchar",
    "is_free_mail": "boolean", "is_disposable_email": "boolean", "is_deleted": "boolean",
    "created_at": "timestamp", "updated_at": "timestamp",
}  # fmt: skip


class Company:
    """A warehouse with records that staging would have made; `resolve` writes what was told."""

    def __init__(self, folder: Path):
        folder.mkdir(exist_ok=True)
        self.file = folder / "warehouse.duckdb"
        self.records, self.merges = {}, []
        with duckdb.connect(str(self.file)) as connection:
            connection.execute("create schema if not exists intermediate")

    def record(self, id_, object_="contacts", source="crm", kind="person", **fields):
        key = f"{source}|{object_}|{id_}"
        row = dict.fromkeys(COLUMNS) | {
            "record_key": key, "source": source, "object": object_,
            "source_record_id": id_, "record_kind": kind, "is_free_mail": False,
            "is_disposable_email": False, "is_deleted": False,
            "created_at": dt.datetime(2026, 1, 1), "updated_at": dt.datetime(2026, 1, 1),
        } | fields  # fmt: skip
        if row["email_key"]:
            row["email_domain"] = row["email_domain"] or row["email_key"].split("@")[1]
            row["email_normalised"] = row["email_normalised"] or row["email_key"]
        if object_ != "companies" and not row["is_free_mail"]:
            row["account_domain"] = row["account_domain"] or row["email_domain"]
        self.records[key] = row

    def merge(self, loser, winner, object_="contacts"):
        self.merges.append(("crm", object_, loser, object_, winner, None))

    def put(self):
        """Write the records and merges as the models would."""
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        merges = "source varchar, object varchar, loser_record_id varchar,"
        merges += " winner_object varchar, winner_record_id varchar, merged_at timestamp"
        rows = [list(row.values()) for row in self.records.values()]
        with duckdb.connect(str(self.file)) as connection:
            for name, told, lines, more in (
                ("records", f"{columns}, row_hash varchar", rows, ", md5(cast(lines as varchar))"),
                ("merges", merges, self.merges, ""),
            ):
                table = f"intermediate.int_identity__{name}"
                connection.execute(f"create or replace table {table} ({told})")
                if lines:
                    columns = {
                        str(place): each for place, each in enumerate(zip(*lines, strict=True))
                    }
                    connection.register("lines", pa.table(columns))
                    connection.execute(f"insert into {table} select *{more} from lines")
                    connection.unregister("lines")

    def resolve(self, as_of=DAY_1, full=False, run="run", broken=(), **changes):
        self.put()
        matching = RULES | changes
        return resolve(
            self.file, run_id=run, as_of=as_of, matching=matching, broken=broken, full=full
        )

    def rows(self, sql):
        with duckdb.connect(str(self.file), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def person(self, id_, object_="contacts"):
        ((found,),) = self.rows(
            "select person_id from identity.person_map"
            f" where source_record_id = '{id_}' and object = '{object_}'"
        )
        return found

    def kind(self, id_, object_="contacts"):
        person = self.person(id_, object_)
        ((found,),) = self.rows(f"select kind from identity.persons where person_id = '{person}'")
        return found


@pytest.fixture
def company(tmp_path):
    return Company(tmp_path)


def decision(action, left, right):
    def record(id_):
        return {"source": "crm", "object": "contacts", "source_record_id": id_}

    return {
        "action": action, "left": record(left), "right": record(right),
        "reason": "seen by hand", "decided_by": "ops",
    }  # fmt: skip


def test_a_shared_mailbox_never_links_two_records_and_is_no_person(company):
    company.record(
        "1", kind="mailbox", email_normalised="info@acme.example", email_domain="acme.example"
    )
    company.record(
        "2", kind="mailbox", email_normalised="info@acme.example", email_domain="acme.example"
    )
    company.resolve()
    assert company.person("1") != company.person("2")
    assert company.kind("1") == "mailbox"
    accounts = company.rows("select distinct account_id from identity.account_map")
    assert len(accounts) == 1


def test_test_at_test_com_never_links_two_records(company):
    company.record("1", kind="test", email_normalised="test@test.com")
    company.record("2", kind="test", email_normalised="test@test.com")
    company.resolve()
    assert company.person("1") != company.person("2")
    assert company.kind("2") == "test"


def test_chained_merges_collapse_to_one_person_with_their_history(company):
    for each in "abc":
        company.record(each, first_key=f"name{each}", is_deleted=each != "c")
    company.merge("a", "b")
    company.merge("b", "c")
    company.resolve()
    assert company.person("a") == company.person("b") == company.person("c")


def test_a_converted_lead_is_the_contact_that_it_became(company):
    company.record("l", object_="leads", first_key="ann", email_key="ann@old.example")
    company.record("c", first_key="maria", email_key="maria@new.example")
    company.merges.append(("crm", "leads", "l", "contacts", "c", None))
    company.resolve()
    assert company.person("l", "leads") == company.person("c")
    rules = "select match_rule from identity.person_map"
    assert company.rows(rules) == [("vendor_merge",), ("vendor_merge",)]


def test_one_address_with_a_nickname_and_a_typo_is_one_person(company):
    company.record("1", email_key="rob@acme.example", first_key="robert", last_key="lee")
    company.record("2", email_key="rob@acme.example", first_key="robret", last_key="lee")
    company.record("3", email_key="rob@acme.example", first_key="r", last_key="lee")
    company.record("4", object_="members", source="list", email_key="rob@acme.example")
    company.resolve()
    found = {company.person(each) for each in "123"} | {company.person("4", "members")}
    assert len(found) == 1


def test_two_names_at_one_address_stay_two_and_the_nameless_joins_neither(company):
    company.record("1", email_key="smiths@acme.example", first_key="anna", last_key="smith")
    company.record("2", email_key="smiths@acme.example", first_key="peter", last_key="smith")
    company.record("3", email_key="smiths@acme.example")
    company.resolve()
    assert len({company.person(each) for each in "123"}) == 3


def test_a_key_that_names_too_many_people_links_nobody(company):
    for number in range(5):
        company.record(
            str(number), phone_key="2125550000", first_key=f"f{number}", last_key=f"l{number}"
        )
    company.record("5", phone_key="2125550000", first_key="f1", last_key="l1")
    report = company.resolve()
    assert company.person("1") != company.person("5")
    assert report.guarded_records == 6


def test_people_of_one_name_with_numbered_addresses_at_a_company_stay_apart(company):
    for number in ("12", "57"):
        company.record(
            number, email_key=f"ann.lee{number}@acme.example", first_key="ann", last_key="lee",
            company_key="acme", postal_code="10001",
        )  # fmt: skip
    company.resolve()
    assert company.person("12") != company.person("57")


def test_a_never_merge_beats_every_rule(company):
    for each in "12":
        company.record(each, email_key="a@acme.example", first_key="ann", last_key="lee")
    company.resolve(overrides=[decision("never_merge", "1", "2")])
    assert company.person("1") != company.person("2")
    assert company.rows("select event from identity.ledger where event = 'overridden'")


def test_a_force_merge_joins_what_no_rule_would_and_keeps_the_older_id(company):
    company.record("1", first_key="ann")
    company.record("2", first_key="zoe", created_at=dt.datetime(2026, 2, 1))
    company.resolve()
    older, younger = company.person("1"), company.person("2")
    company.resolve(DAY_2, overrides=[decision("force_merge", "1", "2")])
    assert company.person("2") == older
    assert company.rows("select old_id, new_id from identity.redirects") == [(younger, older)]
    ledger = (
        "select event, entity_id, other_id from identity.ledger where as_of = '2026-07-02 06:00'"
    )
    assert set(company.rows(ledger)) == {
        ("merged", younger, older),
        ("overridden", older, older),
    }


def test_new_evidence_joins_two_people_under_the_older_id(company):
    company.record("1", email_key="ann@acme.example", first_key="ann", last_key="lee")
    company.record(
        "2", email_key="ann@other.example", first_key="ann", last_key="lee",
        created_at=dt.datetime(2025, 1, 1),
    )  # fmt: skip
    company.resolve()
    younger, older = company.person("1"), company.person("2")
    assert younger != older
    for each in "12":
        company.records[f"crm|contacts|{each}"]["phone_key"] = "2125552368"
    report = company.resolve(DAY_2)
    assert company.person("1") == company.person("2") == older
    assert report.events == {"merged": 1}
    assert company.rows("select evidence from identity.ledger where event = 'merged'")


def test_ids_from_scratch_repeat(company):
    for number in range(9):
        company.record(str(number), email_key=f"p{number % 4}@acme.example", first_key="ann")
    company.resolve()
    people = "select source_record_id, person_id from identity.person_map order by all"
    accounts = "select * from identity.account_map order by all"
    first = company.rows(people), company.rows(accounts)
    with duckdb.connect(str(company.file)) as connection:
        connection.execute("drop schema identity cascade")
    company.resolve(DAY_2)
    assert (company.rows(people), company.rows(accounts)) == first


def test_a_second_merge_moves_the_redirect_of_the_first(company):
    for each in "12345":
        company.record(each, first_key=f"name{each}", created_at=dt.datetime(2026, 1, int(each)))
    company.merge("4", "3")
    company.merge("5", "3")
    company.resolve()
    first, second, third = (company.person(each) for each in "123")
    company.merge("2", "1")
    company.resolve(DAY_2)
    assert dict(company.rows("select old_id, new_id from identity.redirects")) == {second: first}
    company.merge("1", "3")
    company.resolve(DAY_2 + dt.timedelta(days=1))
    redirects = dict(company.rows("select old_id, new_id from identity.redirects"))
    assert redirects == {first: third, second: third}


def test_people_in_whom_nothing_changed_keep_the_day_they_came_from(company):
    company.record("1", email_key="a@acme.example", first_key="ann")
    company.resolve()
    company.record("2", email_key="b@acme.example", first_key="bob")
    company.resolve(DAY_2)
    dated = "select source_record_id, valid_from from identity.person_map order by 1"
    plain = [day.replace(tzinfo=None) for day in (DAY_1, DAY_2)]
    assert company.rows(dated) == [("1", plain[0]), ("2", plain[1])]


def check_state(company):
    """What has to hold after every run, whatever happened before it."""
    current = dict(company.rows(
        "select source || '|' || object || '|' || source_record_id, person_id"
        " from identity.person_map"
    ))  # fmt: skip
    assert set(current) == set(company.records)
    spans = company.rows(
        "select source || '|' || object || '|' || source_record_id, person_id"
        " from identity.person_map_history where valid_to is null"
    )
    assert sorted(spans) == sorted(current.items())
    live = set(current.values())
    redirects = dict(company.rows("select old_id, new_id from identity.redirects"
                                  " where entity = 'person'"))  # fmt: skip
    events = company.rows(
        "select event, entity_id, other_id, as_of from identity.ledger where entity = 'person'"
    )
    retired = {id_ for event, id_, *_ in events if event == "retired"}
    assert not live & set(redirects)
    assert set(redirects.values()) <= live | retired
    # An id is born, given up and given back: the ledger says which ids live.
    lives = Counter()
    for event, id_, *_ in events:
        lives[id_] += {"created": 1, "split": 1, "merged": -1, "retired": -1}.get(event, 0)
    assert lives == Counter(dict.fromkeys(live, 1) | dict.fromkeys(set(lives) - live, 0))
    # Whatever record changes its person, an event of that instant says so.
    moves = company.rows(
        "select former.person_id, later.person_id, later.valid_from"
        " from identity.person_map_history as former"
        " inner join identity.person_map_history as later"
        " using (source, object, source_record_id)"
        " where former.valid_to = later.valid_from and former.valid_from < later.valid_from"
    )
    told = {(frozenset(pair), at) for _, *pair, at in events}
    assert {(frozenset(pair), at) for *pair, at in moves} <= told


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_to_records_ids_stay_whole_and_a_rerun_changes_nothing(company, seed):
    rng, day = random.Random(seed), DAY_1
    for step in range(6):
        for _ in range(rng.randint(1, 5)):
            number = str(rng.randrange(12))
            company.record(
                number, email_key=rng.choice((None, "a@x.example", "b@x.example", "c@y.example")),
                phone_key=rng.choice((None, "2125552368")), first_key=rng.choice(("ann", "bob")),
                last_key=rng.choice((None, "lee")),
                created_at=dt.datetime(2026, 1, 1) + dt.timedelta(days=int(number)),
            )  # fmt: skip
        if step and rng.random() < 0.4:
            company.records.pop(rng.choice(sorted(company.records)))
        day += dt.timedelta(days=1)
        company.resolve(day)
        check_state(company)
        rng_order = list(company.records.items())
        rng.shuffle(rng_order)
        company.records = dict(rng_order)
        before = company.rows("select * from identity.person_map order by all")
        assert company.resolve(day + dt.timedelta(hours=1)).events == {}
        assert company.rows("select * from identity.person_map order by all") == before


def test_a_decision_about_an_unknown_record_stops_the_run(company):
    company.record("1")
    with pytest.raises(IdentityError, match=r"crm\|contacts\|9"):
        company.resolve(overrides=[decision("never_merge", "1", "9")])


def test_a_second_run_makes_no_event_and_changes_no_row(company):
    company.record("1", email_key="a@acme.example", first_key="ann")
    company.record("2", email_key="a@acme.example", first_key="ann")
    company.resolve()
    tables = ("person_map", "person_map_history", "persons", "accounts", "account_map", "ledger")
    before = [company.rows(f"select * from identity.{each} order by all") for each in tables]
    report = company.resolve(DAY_2)
    assert report.events == {}
    assert before == [
        company.rows(f"select * from identity.{each} order by all") for each in tables
    ]


def test_the_order_of_rows_changes_no_id(tmp_path):
    found = []
    for name, order in (("one", "123456"), ("two", "641352")):
        (tmp_path / name).mkdir()
        company = Company(tmp_path / name)
        for each in order:
            company.record(each, email_key=f"p{int(each) % 3}@acme.example", first_key="ann")
        company.resolve()
        found.append(company.rows("select * from identity.person_map order by all"))
    assert found[0] == found[1]


def test_a_split_gives_the_part_that_left_a_new_id_and_keeps_the_history(company):
    for each in "123":
        company.record(each, email_key="a@acme.example", first_key="ann")
    company.resolve()
    before = company.person("1")
    company.resolve(DAY_2, overrides=[decision("never_merge", "1", "3")])
    assert company.person("1") == company.person("2") == before
    assert company.person("3") != before
    history = company.rows(
        "select person_id, valid_to is null from identity.person_map_history"
        " where source_record_id = '3' order by valid_from"
    )
    assert history == [(before, False), (company.person("3"), True)]


def test_a_record_that_goes_from_one_living_person_to_another_has_its_event(company):
    for each in ("a1", "a2", "b1", "b2"):
        company.record(each, email_key=f"{each[0]}@acme.example", first_key="ann")
    company.resolve()
    one, other = company.person("a1"), company.person("b1")
    company.records["crm|contacts|a2"]["email_key"] = "b@acme.example"
    assert company.resolve(DAY_2).events == {"absorbed": 1}
    assert company.person("a2") == other
    told = "select entity_id, other_id, evidence from identity.ledger where event = 'absorbed'"
    assert company.rows(told) == [(other, one, '{"record":"crm|contacts|a2"}')]
    check_state(company)


def test_a_visitor_belongs_to_whom_the_form_names(company):
    company.record("s1", object_="form_submissions", email_key="a@acme.example", first_key="ann")
    company.record(
        "v1", object_="visitors", source="web", email_key="a@acme.example", linked_record_id="s1"
    )
    company.resolve()
    assert company.person("v1", "visitors") == company.person("s1", "form_submissions")


def test_a_party_whose_forms_are_all_spam_is_spam(company):
    company.record("1", email_key="x@acme.example", first_key="xx")
    company.record(
        "s1", object_="form_submissions", kind="spam", email_key="x@acme.example", first_key="xx"
    )
    company.resolve()
    assert company.kind("1") == "spam"


def test_a_cluster_over_the_limit_waits_for_review(company):
    for each in "1234":
        company.record(each, email_key="a@acme.example", first_key="ann")
    report = company.resolve(cluster_size_limit=3)
    assert report.held_for_review == 1
    assert len({company.person(each) for each in "1234"}) == 4
    assert len(company.rows("select * from identity.review_queue")) == 1


def test_a_free_mail_contact_sits_at_the_account_its_company_name_stands_for(company):
    for number in range(4):
        company.record(str(number), email_key=f"p{number}@acme.example", company_key="acme")
    company.record("5", email_key="q@gmail.com", is_free_mail=True, company_key="acme")
    company.record("6", email_key="r@gmail.com", is_free_mail=True, company_key="other")
    company.resolve()
    accounts = dict(company.rows("select source_record_id, account_id from identity.account_map"))
    assert accounts["5"] == accounts["0"]
    assert "6" not in accounts


def test_merged_companies_are_one_account_named_by_a_domain(company):
    company.record("c1", object_="companies", kind="company", account_domain="old.example")
    company.record("c2", object_="companies", kind="company", account_domain="new.example")
    company.merge("c1", "c2", "companies")
    company.resolve()
    assert len(company.rows("select * from identity.accounts")) == 1
    assert company.rows("select count(*) from identity.person_map") == [(0,)]


def test_the_tables_exist_before_the_first_run_and_twice_is_once(tmp_path):
    file = tmp_path / "warehouse.duckdb"
    ensure_tables(file)
    ensure_tables(file)
    with duckdb.connect(str(file), read_only=True) as connection:
        assert connection.execute("select count(*) from identity.person_map").fetchone() == (0,)


def test_no_address_of_an_erased_record_stays_in_the_history(company):
    ada, bob = "ada@corp.com", "bob@corp.com"
    company.record(ada, email_key=ada, first_key="ada", last_key="lovelace")
    company.record(bob, email_key=bob, first_key="bob", last_key="stone")
    company.record("7", email_key=ada, first_key="ada", last_key="lovelace")
    company.resolve()
    del company.records[f"crm|contacts|{ada}"]
    company.record("erased-1", is_deleted=True)
    company.resolve(DAY_2)
    told = company.rows("select * from identity.ledger") + company.rows(
        "select * from identity.person_map_history"
    )
    assert ada not in str(told)
    assert bob in str(told)

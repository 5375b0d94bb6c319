"""The probabilistic tier on named cases: what it joins, what it refuses and why."""

import pytest

from identity.explain import explain
from identity.matching import IdentityError
from tests.identity.test_resolve import SHIPPED, Company, decision

ON = {"probabilistic": SHIPPED["probabilistic"]}


class Scored(Company):
    """A company whose pairs are scored as shipped, unless told otherwise."""

    def resolve(self, **told):
        return super().resolve(**ON | told)


@pytest.fixture
def company(tmp_path):
    return Scored(tmp_path)


def ann(company, id_, **fields):
    """Ann Stone of Acme in York; a field replaces what she states."""
    told = {
        "first_key": "ann", "last_key": "stone", "phone_key": "2125552368",
        "email_key": "ann@acme.example", "company_key": "acme", "city": "york",
        "postal_code": "10001", "country_code": "GB",
    }  # fmt: skip
    company.record(id_, **told | fields)


def edge(company):
    ((found),) = company.rows(
        "select guard, is_used, match_weight, weights, model_version, tier"
        " from identity.edges where rule = 'probabilistic'"
    )
    return found


def test_a_slip_in_the_surname_with_the_same_telephone_is_the_same_person(company):
    ann(company, "1")
    ann(company, "2", last_key="stoen", email_key=None)
    company.resolve(probabilistic={"is_on": False})
    assert company.person("1") != company.person("2")
    report = company.resolve()
    assert report.is_full
    assert company.person("1") == company.person("2")


def test_an_edge_says_its_weight_per_comparison_and_the_model(company):
    ann(company, "1")
    ann(company, "2", last_key="stoen", email_key=None)
    company.resolve()
    guard, is_used, weight, weights, version, tier = edge(company)
    assert (guard, is_used, version, tier) == (None, True, "crm-1", "probabilistic")
    assert weights["phone"] > 10
    assert weights["email"] == 0
    assert 0 < weights["last_name"] < 5
    prior = weight - sum(weights.values())
    # One in ten thousand, in a home of fewer records than that.
    assert prior == pytest.approx(-13.29, abs=0.01)
    ((confidence, matched),) = company.rows(
        "select confidence, match_tier from identity.person_map where source_record_id = '2'"
    )
    assert matched == "probabilistic"
    assert confidence == pytest.approx(1 / (1 + 2**-weight))


def test_a_couple_on_one_line_and_in_one_house_is_refused_by_its_first_names(company):
    ann(company, "1", street_key="1highstreet")
    ann(company, "2", first_key="peter", email_key=None, street_key="1highstreet")
    company.resolve(probabilistic={"is_on": True, "ladder": [-10, 26]})
    assert company.person("1") != company.person("2")
    assert edge(company)[:2] == ("first_names_conflict", False)


def test_two_of_one_first_name_behind_a_switchboard_are_refused_by_their_surnames(company):
    ann(company, "1")
    ann(company, "2", last_key="murray", email_key=None)
    company.resolve(probabilistic={"is_on": True, "ladder": [-10, 26]})
    assert company.person("1") != company.person("2")
    assert edge(company)[:2] == ("last_names_conflict", False)


def test_a_never_merge_beats_the_score_and_a_forced_merge_does_too(company):
    ann(company, "1")
    ann(company, "2", last_key="stoen", email_key=None)
    company.record("3", first_key="zoe", last_key="hart")
    company.resolve(
        overrides=[decision("never_merge", "1", "2"), decision("force_merge", "2", "3")]
    )
    assert company.person("1") != company.person("2")
    assert company.person("2") == company.person("3")


def test_placeholders_and_mailboxes_are_never_scored(company):
    for id_, kind in (("1", "test"), ("2", "test"), ("3", "mailbox"), ("4", "spam")):
        ann(company, id_, kind=kind, email_key=None, last_key=f"stone{id_}", company_key=None)
    company.resolve()
    assert company.rows("select * from identity.edges where rule = 'probabilistic'") == []


def test_a_model_that_is_not_there_stops_the_run_and_names_those_that_are(company):
    ann(company, "1")
    with pytest.raises(IdentityError, match="crm-1"):
        company.resolve(probabilistic={"is_on": True, "model": "crm-99"})


def test_changed_rules_resolve_everything_anew_and_the_same_rules_only_what_changed(company):
    ann(company, "1")
    ann(company, "2", email_key="ann@other.example")
    assert company.resolve().is_full
    ann(company, "3", first_key="zoe", phone_key=None, email_key="zoe@acme.example")
    report = company.resolve()
    assert (report.is_full, report.changed_records) == (False, 1)
    assert company.resolve(cluster_size_limit=19).is_full


def test_two_records_are_explained_by_their_links_weights_and_guards(company):
    ann(company, "1")
    ann(company, "2", last_key="stoen", email_key=None)
    ann(company, "3", first_key="peter", email_key=None)
    company.record("4", email_key="ann@acme.example", first_key="ann")
    company.resolve(probabilistic={"is_on": True, "ladder": [-12, 26]})
    key = "crm|contacts|{}".format
    joined = "\n".join(explain(company.file, key(1), key(2)))
    assert "They are one person." in joined
    assert "bits by model crm-1" in joined
    assert "phone +" in joined
    chained = "\n".join(explain(company.file, key(2), key(4)))
    assert "link by link" in chained
    assert "email_and_name" in chained
    refused = "\n".join(explain(company.file, key(1), key(3)))
    assert "They are two persons." in refused
    assert "refused by first_names_conflict" in refused
    assert "Both hold the same: phone" in refused
    with pytest.raises(IdentityError, match="is no record"):
        explain(company.file, key(1), key(99))

"""The company's leads: who was to get them, who got them, and that nothing else moved for it."""

from collections import Counter

import pytest

from ingestion.sandbox import routing
from ingestion.sandbox.company import DAY, OWNERS, generate
from ingestion.sandbox.wire import hubspot, hubspot_routing
from ingestion.sandbox.wire.hubspot_shape import LEFT_OWNER

MISTAKES = {"", "wrong_owner", "out_of_turn", "inactive_owner", "unassigned"}


@pytest.fixture(scope="module")
def company():
    return generate(5, 0.2)


@pytest.fixture(scope="module")
def story(company):
    return routing.story(company)


def test_every_kind_of_mistake_is_made_and_most_leads_are_routed_well(story):
    ruled = [each for each in story.values() if each.required]
    kinds = Counter(each.mistake for each in ruled)
    assert set(kinds) == MISTAKES
    assert 0.8 < kinds[""] / len(ruled) < 0.95
    assert any(each.is_late for each in ruled)
    assert any(each.reassigned for each in ruled)


def test_a_mistake_is_what_became_of_the_lead(story):
    for lead in story.values():
        first = lead.handovers[0][1] if lead.handovers else None
        assert (lead.mistake == "unassigned") == (first is None)
        if lead.required is None:
            assert lead.arrived < routing.FIRST_BOOK
            assert (lead.mistake, lead.is_late) == ("", False)
            continue
        assert (lead.mistake == "") == (first == lead.required)
        assert (lead.mistake == "inactive_owner") == (first == LEFT_OWNER)
        assert lead.required in OWNERS


def test_hands_change_in_order_and_within_a_week_where_it_is_said_so(story):
    for lead in story.values():
        instants = [at for at, _ in lead.handovers]
        assert instants == sorted(instants)
        assert all(at > lead.arrived for at in instants)
        if lead.is_late:
            assert instants[0] - lead.arrived >= 4 * DAY
        elif instants:
            assert instants[0] - lead.arrived <= 15 * 60_000
        soon = len(instants) > 1 and instants[1] - instants[0] <= 7 * DAY
        assert (lead.reassigned is not None) == soon
        assert lead.touched is None or lead.touched >= lead.arrived


def test_the_truth_is_planted_lead_by_lead(company, story):
    planted = Counter(kind for kind, *_ in hubspot_routing.planted(company))
    made = Counter(f"routing_{each.mistake}" for each in story.values() if each.mistake)
    assert {kind: planted[kind] for kind in made} == dict(made)
    told = hubspot_routing.truth(company)
    assert len(told) == sum(each.required is not None for each in story.values())


def test_a_contact_s_owners_are_those_of_the_story(company, story):
    newest = {}
    for change in sorted(hubspot.changes(company), key=lambda each: each.visible_from):
        if change.object == "contacts" and change.status == "live":
            newest[change.key] = change
    lead = next(
        each for each in story.values()
        if len(each.handovers) == 2 and str(100_000 + each.person.number * 10) in newest
    )  # fmt: skip
    body = newest[str(100_000 + lead.person.number * 10)].body.decode()
    for _, owner in lead.handovers:
        assert f'"value":"{owner}"' in body.replace(" ", "")

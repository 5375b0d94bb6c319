"""Whose touches a conversion may be credited to: raw associations and the published touches."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from plain import PRIORITY, Home, person_of_contact, rules
from shares import Journey, Touch, eligible


def journeys(
    home: Home, lookback_days: int | None = None
) -> list[tuple[str, Decimal | None, Journey]]:
    """Return (stage, value, journey) of every conversion that is no refund.

    Journeys open with the lookback of their stage, or with another where one is given.
    """
    touched = defaultdict(list)
    for row in home.marts(
        "select touchpoint_id, person_id, channel, touched_at, touch_type from fct_touchpoints "
        "where touch_class = 'marketing' and person_id is not null"
    ):
        touched[row[1]].append(Touch(*row[:4], PRIORITY[row[4]]))
    since = contact_dates(home)
    buyers = people_of_deals(home)
    windows = {row["stage"]: row for row in rules("attribution")["attribution_windows"]}
    found = []
    for stage, person, deal, at, created, value in home.marts(
        "select c.stage, c.person_id, c.opportunity_id, c.converted_at, o.created_at, "
        "c.value_amount_reporting from fct_conversions c "
        "left join fct_opportunities o using (opportunity_id) where not c.is_reversal"
    ):
        people = buyers[deal] if deal else {person}
        known = sorted((since[each], each) for each in people if each in since)
        inside = [touch for each in people for touch in touched[each]]
        touches = eligible(inside, at, lookback_days or windows[stage]["lookback_days"])
        nobody = [Touch("(none)", "", "(none)", at, 0)]
        oldest = known[0] if known else (None, None)
        found.append(
            (
                stage,
                value,
                Journey(at, touches or nobody, oldest[1], oldest[0], created, stage == "won"),
            )
        )
    return found


def contact_dates(home: Home) -> dict[str, datetime]:
    """Return person -> creation of their oldest contact record."""
    people = person_of_contact(home)
    found: dict[str, datetime] = {}
    for record, created in home.raw(
        "select id, coalesce(properties__createdate, created_at) from raw_hubspot.contacts "
        "where _dlt_valid_to is null union all "
        "select id, created_date from raw_salesforce.leads where _dlt_valid_to is null union all "
        "select id, created_date from raw_salesforce.contacts "
        "where _dlt_valid_to is null order by 2 desc"
    ):
        if record in people:
            found[people[record]] = created
    return found


def people_of_deals(home: Home) -> dict[str, set[str]]:
    """Return opportunity -> the persons on the deal, else all persons of the account."""
    people = person_of_contact(home)
    on_deal = defaultdict(set)
    for deal, contact in home.raw(
        # The contacts of a mirror are on the deal that it mirrors.
        "with mirrors as (select d.id, o.id as original from raw_hubspot.deals d "
        "join raw_salesforce.opportunities o on o.id = d.properties__hs_salesforceopportunityid "
        "where d._dlt_valid_to is null and o._dlt_valid_to is null) "
        "select md5(coalesce('salesforce|' || m.original, 'hubspot|' || from_id)), to_id "
        "from raw_hubspot.associations a left join mirrors m on m.id = a.from_id "
        "where from_object = 'deals' and to_object = 'contacts' and _dlt_valid_to is null "
        "and not coalesce(is_deleted, false) "
        "union all select md5('salesforce|' || opportunity_id), contact_id "
        "from raw_salesforce.opportunity_contact_roles "
        "where _dlt_valid_to is null and not coalesce(is_deleted, false)"
    ):
        if contact in people:
            on_deal[deal].add(people[contact])
    at_account = defaultdict(set)
    for person, account in home.marts(
        "select person_id, account_id from dim_persons where kind = 'person'"
    ):
        at_account[account].add(person)
    opportunities = home.marts("select opportunity_id, account_id from fct_opportunities")
    return {deal: on_deal[deal] or at_account[account] for deal, account in opportunities}

"""Klaviyo's records as rows of the raw tables."""

from collections.abc import Mapping
from typing import Any

from ingestion.sources.klaviyo.reading import Record, inside, plain, related
from ingestion.sources.klaviyo.tables import STATISTICS


def profile(record: Mapping[str, Any]) -> Record:
    """A profile with its place and its consent, which stand in objects of their own."""
    place = inside(record, "attributes", "location")
    email = inside(record, "attributes", "subscriptions", "email", "marketing")
    sms = inside(record, "attributes", "subscriptions", "sms", "marketing")
    parts = ("country", "region", "city", "zip")
    return {
        **plain(record, "location", "subscriptions"),
        **{f"location__{part}": inside(place, part) for part in parts},
        "email_consent": inside(email, "consent"),
        "email_consent_at": inside(email, "consent_timestamp"),
        "email_consent_method": inside(email, "method"),
        "can_receive_email": inside(email, "can_receive_email_marketing"),
        "email_suppressions": inside(email, "suppression") or None,
        "email_list_suppressions": inside(email, "list_suppressions") or None,
        "sms_consent": inside(sms, "consent"),
        "sms_consent_at": inside(sms, "consent_timestamp"),
        "sms_consent_method": inside(sms, "method"),
        "can_receive_sms": inside(sms, "can_receive_sms_marketing"),
    }


def message(record: Mapping[str, Any], campaign: str) -> Record:
    """A message of a campaign: what was written, and by whom."""
    told = inside(record, "attributes", "definition")
    names = ("subject", "from_email", "from_label")
    return {
        **plain(record, "definition", "send_times"),
        "campaign_id": campaign,
        "channel": inside(told, "channel"),
        "label": inside(told, "label"),
        **{name: inside(told, "content", name) for name in names},
    }


def metric(record: Mapping[str, Any]) -> Record:
    """A metric and the system that feeds it."""
    system = inside(record, "attributes", "integration", "name")
    return {**plain(record, "integration"), "integration_name": system}


def event(record: Mapping[str, Any]) -> Record:
    """An event; the fields of its properties that e-mails have, and all of them as JSON."""
    held = inside(record, "attributes", "event_properties")
    told = held if isinstance(held, dict) else {}
    return {
        **plain(record),
        "metric_id": related(record, "metric"),
        "profile_id": related(record, "profile"),
        "message_id": told.get("$message"),
        "flow_id": told.get("$flow"),
        "url": told.get("URL"),
        "bounce_type": told.get("Bounce Type"),
        "machine_open": told.get("machine_open"),
        "bot_click": told.get("bot_click"),
    }


def values(record: Mapping[str, Any]) -> Record:
    """One line of the campaigns' report."""
    groups = ("campaign_id", "campaign_message_id", "send_channel")
    names = (*STATISTICS, "conversions", "conversion_value")
    return {
        **{name: inside(record, "groupings", name) for name in groups},
        **{name: inside(record, "statistics", name) for name in names},
    }

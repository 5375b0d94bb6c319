"""Made-up records in the vendors' shapes: the same number gives the same record."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

Record = dict[str, Any]
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_DAY = date(2026, 1, 1)
ADS = 1_200
_WORDS = ("northwind", "quarterly", "launch", "retention", "partner", "summit", "guide", "webinar")


def _at(number: int) -> datetime:
    return BEGAN + timedelta(seconds=number * 7 % 5_000_000)


def _iso(number: int) -> str:
    return _at(number).isoformat()


def _millis(number: int) -> str:
    return f"{_at(number):%Y-%m-%dT%H:%M:%S}.{number % 1000:03d}Z"


def _email(number: int) -> str:
    return f"person.{number}@company{number % 997}.example"


def _digest(number: int) -> str:
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def _ulid(number: int) -> str:
    return f"01H{_digest(number)[:23].upper()}"


def ad_day(number: int) -> tuple[int, date]:
    """Return which ad, and which day, a row of a report is about."""
    return number % ADS, FIRST_DAY + timedelta(days=number // ADS)


def hubspot_contact(number: int, names: tuple[str, ...]) -> Record:
    """A contact with every property that is asked for, three in four of them filled."""
    known = {
        "email": _email(number),
        "firstname": f"First{number % 311}",
        "lastname": f"Last{number % 1213}",
        "createdate": _millis(number),
        "lastmodifieddate": _millis(number + 9),
        "hs_object_id": str(number),
    }
    filled = {
        name: known.get(name, f"{name} {(number * 31 + place) % 97}" if place % 4 else None)
        for place, name in enumerate(names)
    }
    return {
        "id": str(number),
        "properties": filled,
        "propertiesWithHistory": {"lifecyclestage": [], "hubspot_owner_id": []},
        "createdAt": _millis(number),
        "updatedAt": _millis(number + 9),
        "archived": False,
        "url": f"https://app.hubspot.com/contacts/1/record/0-1/{number}",
    }


def salesforce_contact(number: int) -> Record:
    """A contact as a page of a query holds it."""
    id_ = f"003{number:015d}"
    return {
        "attributes": {"type": "Contact", "url": f"/services/data/v63.0/sobjects/Contact/{id_}"},
        "Id": id_,
        "AccountId": f"001{number % 4999:015d}",
        "Title": _WORDS[number % 8],
        "LeadSource": "Web" if number % 3 else None,
        "MailingCity": f"City {number % 211}",
        "MailingState": None,
        "MailingPostalCode": f"{number % 99999:05d}",
        "MailingCountry": "Austria",
        "OwnerId": f"005{number % 31:015d}",
        "MasterRecordId": None,
        "FirstName": f"First{number % 311}",
        "LastName": f"Last{number % 1213}",
        "Email": _email(number),
        "Phone": f"+43 1 {number:07d}",
        "MobilePhone": None,
        "MailingStreet": f"Street {number % 733}",
        "HasOptedOutOfEmail": number % 9 == 0,
        "IsDeleted": False,
        "CreatedDate": f"{_at(number):%Y-%m-%dT%H:%M:%S}.000+0000",
        "SystemModstamp": f"{_at(number + 9):%Y-%m-%dT%H:%M:%S}.000+0000",
    }


def klaviyo_profile(number: int) -> Record:
    """A profile with its consent, its place and two properties of its own."""
    marketing = {"can_receive_email_marketing": True, "consent": "SUBSCRIBED", "method": "FORM"}
    marketing |= {"consent_timestamp": _iso(number), "suppression": [], "list_suppressions": []}
    sms = {"can_receive_sms_marketing": False, "consent": "NEVER_SUBSCRIBED"}
    return {
        "type": "profile",
        "id": _ulid(number),
        "attributes": {
            "email": _email(number),
            "phone_number": None,
            "external_id": str(number),
            "first_name": f"First{number % 311}",
            "last_name": f"Last{number % 1213}",
            "organization": f"Company {number % 997}",
            "locale": "de-AT",
            "title": _WORDS[number % 8],
            "image": None,
            "created": _iso(number),
            "updated": _iso(number + 9),
            "last_event_date": _iso(number + 99),
            "location": {"country": "Austria", "region": None, "city": f"City {number % 211}"}
            | {"zip": f"{number % 99999:05d}", "latitude": None, "longitude": None},
            "properties": {"plan": _WORDS[number % 8], "seats": number % 50},
            "subscriptions": {"email": {"marketing": marketing}, "sms": {"marketing": sms}},
        },
        "links": {"self": f"https://a.klaviyo.com/api/profiles/{_ulid(number)}/"},
    }


def klaviyo_event(number: int) -> Record:
    """An opened e-mail with what the vendor says about it."""
    properties = {"Subject": _WORDS[number % 8], "$message": f"01M{number % 211:05d}"}
    properties |= {"Campaign Name": f"Campaign {number % 211}", "machine_open": number % 3 == 0}
    properties |= {"Email Domain": "example", "$event_id": _digest(number)}
    return {
        "type": "event",
        "id": f"4{number:010d}",
        "attributes": {
            "timestamp": int(_at(number).timestamp()),
            "event_properties": properties,
            "datetime": _iso(number),
            "uuid": f"{number:08x}-0000-11ee-8001-000000000000",
        },
        "relationships": {
            "metric": {"data": {"type": "metric", "id": f"Mt{number % 7}"}},
            "profile": {"data": {"type": "profile", "id": _ulid(number % 50_000)}},
        },
        "links": {"self": f"https://a.klaviyo.com/api/events/4{number:010d}/"},
    }


def mailchimp_activity(number: int) -> Record:
    """What one recipient did with a campaign: two opens and a click."""
    actions = [
        {"action": "open", "timestamp": _iso(number + place), "ip": f"10.0.{number % 251}.7"}
        for place in range(2)
    ]
    link = f"https://www.example.com/{_WORDS[number % 8]}?utm_campaign=c{number % 211}"
    actions.append(
        {"action": "click", "timestamp": _iso(number + 9), "url": link, "ip": "10.0.1.7"}
    )
    return {
        "campaign_id": "c1",
        "list_id": "l1",
        "list_is_active": True,
        "email_id": _digest(number),
        "email_address": _email(number),
        "activity": actions,
    }


def meta_ad_day(number: int) -> Record:
    """A day of an ad, numbers as text."""
    ad, day = ad_day(number)
    return {
        "account_id": "42",
        "account_currency": "EUR",
        "campaign_id": f"1202{ad % 40:011d}",
        "campaign_name": f"Campaign {ad % 40}",
        "adset_id": f"1203{ad % 200:011d}",
        "adset_name": f"Ad set {ad % 200}",
        "ad_id": f"1204{ad:011d}",
        "ad_name": f"Ad {ad}",
        "impressions": str(number % 9973),
        "clicks": str(number % 311),
        "inline_link_clicks": str(number % 211),
        "reach": str(number % 7919),
        "spend": f"{number % 9973 / 100:.2f}",
        "attribution_setting": "7d_click_1d_view",
        "date_start": day.isoformat(),
        "date_stop": day.isoformat(),
    }


def google_ad_day(number: int) -> Record:
    """A day of an ad, numbers of 64 bits as text."""
    ad, day = ad_day(number)
    return {
        "customer": {
            "resourceName": "customers/4242",
            "id": "4242",
            "currencyCode": "EUR",
            "timeZone": "Europe/Vienna",
        },
        "campaign": {
            "resourceName": f"customers/4242/campaigns/{ad % 40}",
            "id": str(70_000 + ad % 40),
            "name": f"Campaign {ad % 40}",
        },
        "adGroup": {
            "resourceName": f"customers/4242/adGroups/{ad % 200}",
            "id": str(80_000 + ad % 200),
            "name": f"Group {ad % 200}",
        },
        "adGroupAd": {
            "resourceName": f"customers/4242/adGroupAds/{ad % 200}~{ad}",
            "ad": {"resourceName": f"customers/4242/ads/{ad}", "id": str(90_000 + ad)},
        },
        "metrics": {
            "clicks": str(number % 311),
            "conversions": number % 31 / 4,
            "conversionsValue": number % 311 / 4,
            "costMicros": str(number % 9973 * 10_000),
            "impressions": str(number % 9973),
        },
        "segments": {"date": day.isoformat()},
    }


def web_event(number: int) -> Record:
    """A page view of a browser, as Segment's specification has it."""
    path = f"/{_WORDS[number % 8]}/{number % 499}"
    tags = f"?utm_source=news&utm_campaign=c{number % 211}" if number % 4 == 0 else ""
    return {
        "messageId": f"m-{number:012d}",
        "type": "page",
        "event": None,
        "anonymousId": f"a-{number % 80_000:08d}",
        "userId": None,
        "timestamp": _millis(number),
        "receivedAt": _millis(number + 1),
        "properties": {
            "url": f"https://www.example.com{path}{tags}",
            "path": path,
            "referrer": "https://www.google.com/",
            "title": f"Page {number % 499}",
            "section": _WORDS[number % 8],
        },
        "context": {
            "ip": "10.0.0.1",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64)",
            "consent": {"categoryPreferences": {"analytics": True, "marketing": number % 2 == 0}},
        },
    }

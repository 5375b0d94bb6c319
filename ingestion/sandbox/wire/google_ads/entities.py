"""Accounts, campaigns, budgets, ad groups, ads and conversion actions as the API tells them."""

from collections.abc import Iterator
from typing import Any

from ingestion.sandbox.ledger import Change
from ingestion.sandbox.wire.encode import change
from ingestion.sandbox.wire.google_ads.account import (
    ACTIONS,
    CAMPAIGNS,
    CUSTOMERS,
    MANAGER,
    AdCampaign,
    Customer,
    action_id,
)


def entities() -> Iterator[Change]:
    """Yield every entity once: none of them changes."""
    for customer in CUSTOMERS:
        whole = {"customer": customer.body}
        yield change("google_ads", "customer", customer.id, 0, whole, parent=customer.id)
        client = {"customerClient": customer.client}
        yield change("google_ads", "customer_client", customer.id, 0, client, parent=MANAGER)
        if customer.status == "ENABLED" and not customer.is_manager:
            yield from _actions(customer)
    for campaign in CAMPAIGNS:
        yield from _campaign(campaign)


def _actions(customer: Customer) -> Iterator[Change]:
    for action, name, category, is_primary in ACTIONS:
        id_ = action_id(customer, action)
        told = {
            "resourceName": f"customers/{customer.id}/conversionActions/{id_}",
            "id": id_,
            "name": name,
            "status": "ENABLED",
            "type": "WEBPAGE" if is_primary else "AD_CALL",
            "category": category,
            "origin": "WEBSITE" if is_primary else "CALL_FROM_ADS",
            "countingType": "ONE_PER_CLICK",
            "primaryForGoal": is_primary,
            "clickThroughLookbackWindowDays": "30",
            "viewThroughLookbackWindowDays": "1",
        }
        whole = {"customer": customer.body, "conversionAction": told}
        yield change("google_ads", "conversion_action", id_, 0, whole, parent=customer.id)


def campaign_body(campaign: AdCampaign) -> dict[str, Any]:
    """Return the campaign as rows of its days and entities tell it."""
    ended = {"endDateTime": "2025-12-31 23:59:59"} if campaign.status == "REMOVED" else {}
    return {
        "resourceName": f"customers/{campaign.customer.id}/campaigns/{campaign.id}",
        "id": campaign.id,
        "name": campaign.name,
        "status": campaign.status,
        "advertisingChannelType": campaign.type,
        "biddingStrategyType": "MAXIMIZE_CONVERSIONS",
        "campaignBudget": f"customers/{campaign.customer.id}/campaignBudgets/5{campaign.id}",
        "finalUrlSuffix": campaign.suffix,
        "startDateTime": "2025-01-01 00:00:00",
        **ended,
    }


def ad_group_body(campaign: AdCampaign, group: str) -> dict[str, Any]:
    """Return the ad group as rows of its days and entities tell it."""
    return {
        "resourceName": f"customers/{campaign.customer.id}/adGroups/{group}",
        "id": group,
        "name": f"Group {group[-1]}",
        "campaign": f"customers/{campaign.customer.id}/campaigns/{campaign.id}",
        "status": "ENABLED",
        "type": "SEARCH_STANDARD",
        "cpcBidMicros": "9000000",
    }


def _campaign(campaign: AdCampaign) -> Iterator[Change]:
    customer = campaign.customer
    whole = {"customer": customer.body, "campaign": campaign_body(campaign)}
    yield change("google_ads", "campaign", campaign.id, 0, whole, parent=customer.id)
    budget = {
        "resourceName": f"customers/{customer.id}/campaignBudgets/5{campaign.id}",
        "id": f"5{campaign.id}",
        "name": f"Budget of {campaign.name}",
        "status": "ENABLED",
        "period": "DAILY",
        "deliveryMethod": "STANDARD",
        "amountMicros": str(campaign.daily_clicks * 12_000_000),
        "explicitlyShared": False,
    }
    body = {"customer": customer.body, "campaignBudget": budget}
    yield change("google_ads", "campaign_budget", budget["id"], 0, body, parent=customer.id)
    for group in campaign.groups:
        body = {**whole, "adGroup": ad_group_body(campaign, group)}
        yield change("google_ads", "ad_group", group, 0, body, parent=customer.id)
    for group, ad in campaign.ads:
        told = {
            "resourceName": f"customers/{customer.id}/ads/{ad}",
            "id": ad,
            "type": "RESPONSIVE_SEARCH_AD",
            "name": "",
            "finalUrls": [f"https://www.fathom.example/{campaign.slug}"],
        }
        body = {
            **whole,
            "adGroup": ad_group_body(campaign, group),
            "adGroupAd": {
                "resourceName": f"customers/{customer.id}/adGroupAds/{group}~{ad}",
                "status": "ENABLED",
                "ad": told,
            },
        }
        yield change("google_ads", "ad_group_ad", ad, 0, body, parent=customer.id)

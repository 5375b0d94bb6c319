"""Fathom's accounts in Google Ads: a manager, one in dollars, one in euros, one long cancelled."""

from dataclasses import dataclass
from typing import Any

MANAGER = "1112223333"


@dataclass(frozen=True)
class Customer:
    """An account as the manager sees it."""

    id: str
    name: str
    currency: str
    zone: str
    status: str = "ENABLED"
    is_manager: bool = False

    @property
    def body(self) -> dict[str, Any]:
        """What every row of this account tells of it."""
        return {
            "resourceName": f"customers/{self.id}",
            "id": self.id,
            "currencyCode": self.currency,
            "timeZone": self.zone,
            "descriptiveName": self.name,
            "status": self.status,
            "manager": self.is_manager,
            "autoTaggingEnabled": True,
        }

    @property
    def client(self) -> dict[str, Any]:
        """What the manager tells of its client."""
        return {
            "resourceName": f"customers/{MANAGER}/customerClients/{self.id}",
            "clientCustomer": f"customers/{self.id}",
            "id": self.id,
            "descriptiveName": self.name,
            "currencyCode": self.currency,
            "timeZone": self.zone,
            "status": self.status,
            "manager": self.is_manager,
            "hidden": False,
            "testAccount": False,
            "level": "0" if self.is_manager else "1",
        }


US = Customer("1234567890", "Fathom Instruments", "USD", "America/New_York")
EU = Customer("2345678901", "Fathom Instruments Europe", "EUR", "Europe/Berlin")
CUSTOMERS = (
    Customer(MANAGER, "Fathom Group", "USD", "America/New_York", is_manager=True),
    US,
    EU,
    Customer("3456789012", "Fathom Pilot", "USD", "America/New_York", status="CANCELED"),
)


@dataclass(frozen=True)
class AdCampaign:
    """A campaign. `ads` are (ad group, ad); a performance campaign has none and reports itself."""

    id: str
    name: str
    type: str
    status: str
    slug: str
    daily_clicks: int
    ads: tuple[tuple[str, str], ...]
    customer: Customer = US

    @property
    def groups(self) -> list[str]:
        """The ad groups, each once."""
        return list(dict.fromkeys(group for group, _ in self.ads))

    @property
    def suffix(self) -> str:
        """The parameters that the campaign adds to every landing page."""
        return f"utm_source=google&utm_medium=cpc&utm_campaign={self.slug}"


CAMPAIGNS = (
    AdCampaign(
        "10001",
        "Brand | Search | Brand_Search",
        "SEARCH",
        "ENABLED",
        "brand_search",
        40,
        (("20001", "30001"), ("20001", "30002"), ("20002", "30003")),
    ),
    AdCampaign(
        "10002",
        "Competitor | Search | Competitor_Search",
        "SEARCH",
        "ENABLED",
        "competitor_search",
        24,
        (("20003", "30004"), ("20004", "30005")),
    ),
    AdCampaign(
        "10003",
        "Spring | Search | Spring_Launch",
        "SEARCH",
        "REMOVED",
        "spring_launch",
        15,
        (("20005", "30006"),),
    ),
    AdCampaign(
        "10004",
        "All | PMax | Retargeting",
        "PERFORMANCE_MAX",
        "ENABLED",
        "retargeting",
        18,
        (),
    ),
    AdCampaign(
        "10005",
        "DACH | Search | Dach_Search",
        "SEARCH",
        "ENABLED",
        "dach_search",
        6,
        (("20006", "30007"),),
        EU,
    ),
)
# (id, name, category, whether it counts in `conversions`); the last one is only in all conversions.
ACTIONS = (
    ("40001", "Demo request", "SUBMIT_LEAD_FORM", True),
    ("40002", "Guide download", "DOWNLOAD", True),
    ("40003", "Call from ads", "PHONE_CALL_LEAD", False),
)


def action_id(customer: Customer, action: str) -> str:
    """Return the id of an action in an account: each account has its own."""
    return action if customer is US else f"{action}9"

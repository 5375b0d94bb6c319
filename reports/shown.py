"""Values as a person reads them; what is not known is a dash, never a zero."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from reports.page import Format

UNKNOWN = "–"
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
# Names that are written in one way only, wherever they stand in a code.
NAMES = {
    "hubspot": "HubSpot",
    "salesforce": "Salesforce",
    "mailchimp": "Mailchimp",
    "klaviyo": "Klaviyo",
    "google_ads": "Google Ads",
    "meta_ads": "Meta Ads",
    "linkedin_ads": "LinkedIn Ads",
    "linkedin_pages": "LinkedIn pages",
    "facebook_pages": "Facebook pages",
    "youtube": "YouTube",
    "wordpress": "WordPress",
    "adaptlypost": "AdaptlyPost",
    "asana": "Asana",
    "stripe": "Stripe",
    "ga4": "Google Analytics 4",
}
# Codes whose words are not their letters.
WORDS = {
    "(none)": "No touch seen",
    "(all)": "All",
    "(other paths)": "Other paths",
    "mql": "MQL",
    "sql": "SQL",
    "sal": "SAL",
    "sms": "SMS",
    "position_40_20_40": "Position 40-20-40",
    "u_shaped_40_40_20": "U-shaped 40-40-20",
    "u_shaped_50_50": "U-shaped 50-50",
    "w_shaped_30_30_30_10": "W-shaped 30-30-30-10",
    "full_path_22_5": "Full path 22.5",
    "last_non_direct": "Last non-direct",
    "email": "E-mail",
}


def shown(value: Any, kind: Format) -> str:
    """Return a value in full, as it stands in a table."""
    if value is None:
        return UNKNOWN
    match kind:
        case "term":
            return words(str(value))
        case "path":
            return " > ".join(words(each) for each in str(value).split(" > "))
        case "count":
            return f"{value:,.0f}"
        case "money":
            return f"{value:,.2f}"
        case "share":
            return f"{100 * value:.1f} %"
        case "ratio":
            return f"{value:,.2f}"
        case "days":
            return f"{value:,.1f}"
        case "month":
            return f"{value:%b %Y}"
        case "date":
            return day(value)
        case "flag":
            return "yes" if value else "no"
        case _:
            return str(value)


def words(code: str) -> str:
    """Return a code as words: paid_search is Paid search."""
    if code in WORDS:
        return WORDS[code]
    for name, written in NAMES.items():
        code = code.replace(name, written)
    text = code.replace("_", " ")
    return text[:1].upper() + text[1:]


def headline(value: Decimal | float | None, unit: str, currency: str | None) -> str:
    """Return a value short enough for a headline: three or four figures and its unit."""
    if value is None:
        return UNKNOWN
    match unit:
        case "money":
            sign = "−" if value < 0 else ""
            return f"{sign}{prefix(currency)}{_short(abs(value))}"
        case "share":
            return f"{100 * value:.1f} %"
        case "ratio":
            return f"{value:,.2f}×" if abs(value) < 100 else f"{value:,.0f}×"
        case "points":
            return f"{value:,.1f}"
        case "hours" | "days":
            return f"{value:,.1f} {unit}"
        case _:
            return f"{value:,.0f}"


def change(share: float | None) -> str:
    """Return a relative change with its arrow, as in ▲ 12 %; nothing where it is not known."""
    if share is None:
        return ""
    if round(100 * share) == 0:
        return "unchanged"
    arrow = "▲" if share > 0 else "▼"
    return f"{arrow} {abs(100 * share):,.0f} %"


def day(value: date | datetime) -> str:
    """Return a day without a leading zero: 1 Jul 2026."""
    return f"{value.day} {value:%b %Y}"


def prefix(currency: str | None) -> str:
    """Return what stands before an amount: a symbol where it is unmistakable, else the code."""
    return SYMBOLS.get(currency or "", f"{currency} " if currency else "")


def _short(value: Decimal | float) -> str:
    for size, letter in ((1_000_000_000, "B"), (1_000_000, "M"), (10_000, "")):
        if value >= size:
            if not letter:
                return f"{float(value) / 1000:,.1f}k"
            return f"{float(value) / size:,.2f}{letter}"
    return f"{value:,.2f}" if value < 1000 else f"{value:,.0f}"

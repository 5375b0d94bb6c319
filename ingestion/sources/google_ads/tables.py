"""The raw tables of Google Ads: a column is the path of its field, `campaign.id` -> `campaign__id`.

A table knows the resource that its query names, so that a query is never written by hand.
"""

from dataclasses import dataclass

from ingestion.contract import Column, Table, columns

_CUSTOMER = Column("customer__id")
_ACCOUNT = columns("customer__id customer__currency_code customer__time_zone")
_CAMPAIGN = columns("campaign__id campaign__name")
_GROUP = columns("ad_group__id ad_group__name")
_COUNTS = columns("metrics__impressions metrics__clicks metrics__cost_micros", "bigint")
_CREDIT = columns("metrics__conversions metrics__conversions_value", "double")
_DATE = Column("segments__date", "date")
_UNIT = ("customer__id", "segments__date")


@dataclass(frozen=True)
class Asked:
    """A table, the resource it is selected from, and the condition that always holds."""

    table: Table
    resource: str
    where: str = ""


def _entity(name: str, resource: str, key: str, declared: tuple[Column, ...], where: str) -> Asked:
    table = Table(name, "versioned", ("customer__id", key), (_CUSTOMER, *declared))
    return Asked(table, resource, where)


def _days(
    name: str,
    resource: str,
    ids: tuple[str, ...],
    *declared: Column,
    forgotten_by: tuple[str, ...] = (),
) -> Asked:
    key, held = ("customer__id", *ids, "segments__date"), (*_ACCOUNT, *declared)
    table = Table(name, "versioned", key, held, unit=_UNIT, forgotten_by=forgotten_by)
    return Asked(table, resource)


def _every(field: str) -> str:
    """Removed ones too: their days and their money stay."""
    return f"{field}.status IN ('ENABLED', 'PAUSED', 'REMOVED')"


CLIENTS = Asked(
    Table(
        "customer_clients",
        "versioned",
        ("manager_id", "customer_client__id"),
        (
            Column("manager_id"),
            *columns("customer_client__id customer_client__descriptive_name"),
            *columns("customer_client__currency_code customer_client__time_zone"),
            Column("customer_client__status"),
            Column("customer_client__level", "bigint"),
            *columns("customer_client__manager customer_client__hidden", "bool"),
        ),
    ),
    "customer_client",
)
CUSTOMERS = Asked(
    Table(
        "customers",
        "versioned",
        ("customer__id",),
        (
            *_ACCOUNT,
            *columns("customer__descriptive_name customer__status"),
            *columns("customer__manager customer__auto_tagging_enabled", "bool"),
        ),
    ),
    "customer",
)
CAMPAIGNS = _entity(
    "campaigns",
    "campaign",
    "campaign__id",
    (
        *_ACCOUNT[1:],
        *_CAMPAIGN,
        *columns("campaign__status campaign__advertising_channel_type campaign__campaign_budget"),
        *columns("campaign__bidding_strategy_type campaign__final_url_suffix"),
        # In the account's own time zone; v23 took start_date and end_date away.
        *columns("campaign__start_date_time campaign__end_date_time", "timestamp"),
    ),
    _every("campaign"),
)
BUDGETS = _entity(
    "campaign_budgets",
    "campaign_budget",
    "campaign_budget__id",
    (
        Column("customer__currency_code"),
        *columns("campaign_budget__id campaign_budget__name campaign_budget__status"),
        *columns("campaign_budget__period campaign_budget__delivery_method"),
        *columns("campaign_budget__amount_micros campaign_budget__total_amount_micros", "bigint"),
        Column("campaign_budget__explicitly_shared", "bool"),
    ),
    "campaign_budget.status IN ('ENABLED', 'REMOVED')",
)
AD_GROUPS = _entity(
    "ad_groups",
    "ad_group",
    "ad_group__id",
    (
        Column("campaign__id"),
        *_GROUP,
        *columns("ad_group__status ad_group__type ad_group__final_url_suffix"),
        Column("ad_group__cpc_bid_micros", "bigint"),
    ),
    _every("ad_group"),
)
ADS = Asked(
    Table(
        "ads",
        "versioned",
        # One ad may stand in several groups.
        ("customer__id", "ad_group__id", "ad_group_ad__ad__id"),
        (
            *columns("customer__id campaign__id ad_group__id ad_group_ad__ad__id"),
            *columns("ad_group_ad__status ad_group_ad__ad__type ad_group_ad__ad__name"),
            Column("ad_group_ad__ad__final_urls", "json"),
        ),
    ),
    "ad_group_ad",
    _every("ad_group_ad"),
)
ACTIONS = _entity(
    "conversion_actions",
    "conversion_action",
    "conversion_action__id",
    (
        *columns("conversion_action__id conversion_action__name conversion_action__status"),
        *columns("conversion_action__type conversion_action__category conversion_action__origin"),
        Column("conversion_action__counting_type"),
        Column("conversion_action__primary_for_goal", "bool"),
        *columns(
            "conversion_action__click_through_lookback_window_days"
            " conversion_action__view_through_lookback_window_days",
            "bigint",
        ),
    ),
    "conversion_action.status IN ('ENABLED', 'REMOVED', 'HIDDEN')",
)
ENTITIES = (CUSTOMERS, CAMPAIGNS, BUDGETS, AD_GROUPS, ADS, ACTIONS)

ACCOUNT_DAYS = _days("account_stats", "customer", (), _DATE, *_COUNTS, *_CREDIT)
CAMPAIGN_DAYS = _days(
    "campaign_stats", "campaign", ("campaign__id",), *_CAMPAIGN, _DATE, *_COUNTS, *_CREDIT
)
AD_GROUP_DAYS = _days(
    "ad_group_stats",
    "ad_group",
    ("campaign__id", "ad_group__id"),
    *(*_CAMPAIGN, *_GROUP, _DATE, *_COUNTS, *_CREDIT),
)
AD_DAYS = _days(
    "ad_stats",
    "ad_group_ad",
    ("campaign__id", "ad_group__id", "ad_group_ad__ad__id"),
    *(*_CAMPAIGN, *_GROUP, Column("ad_group_ad__ad__id"), _DATE, *_COUNTS, *_CREDIT),
)
KEYWORD_DAYS = _days(
    "keyword_stats",
    "keyword_view",
    ("ad_group__id", "ad_group_criterion__criterion_id"),
    *columns("campaign__id ad_group__id ad_group_criterion__criterion_id"),
    *columns("ad_group_criterion__keyword__text ad_group_criterion__keyword__match_type"),
    *(_DATE, *_COUNTS, *_CREDIT),
)
# What people typed may be anything, a name too.
SEARCH_TERM_DAYS = _days(
    "search_term_stats",
    "search_term_view",
    ("ad_group__id", "search_term_view__search_term", "segments__search_term_match_type"),
    *columns("campaign__id ad_group__id search_term_view__status"),
    Column("search_term_view__search_term", pii=True),
    *(Column("segments__search_term_match_type"), _DATE, *_COUNTS, *_CREDIT),
    forgotten_by=("search_term_view__search_term",),
)
# By click date and, in columns of their own, by the date of the conversion.
CONVERSION_DAYS = _days(
    "conversion_stats",
    "campaign",
    ("campaign__id", "segments__conversion_action"),
    Column("campaign__id"),
    *columns("segments__conversion_action segments__conversion_action_name"),
    *(Column("segments__conversion_action_category"), _DATE, *_CREDIT),
    *columns("metrics__all_conversions metrics__all_conversions_value", "double"),
    *columns(
        "metrics__conversions_by_conversion_date metrics__conversions_value_by_conversion_date"
        " metrics__all_conversions_by_conversion_date"
        " metrics__all_conversions_value_by_conversion_date",
        "double",
    ),
)
DAYS = (
    *(ACCOUNT_DAYS, CAMPAIGN_DAYS, AD_GROUP_DAYS, AD_DAYS),
    *(KEYWORD_DAYS, SEARCH_TERM_DAYS, CONVERSION_DAYS),
)

CHANGES = Asked(
    Table(
        "change_events",
        "events",
        ("change_event__resource_name",),
        (
            *columns("customer__id customer__time_zone change_event__resource_name"),
            *columns("change_event__change_resource_type change_event__change_resource_name"),
            *columns("change_event__resource_change_operation change_event__client_type"),
            *columns("change_event__campaign change_event__ad_group change_event__changed_fields"),
            Column("change_event__user_email", pii=True),
            *columns("change_event__old_resource change_event__new_resource", "json"),
            # As the vendor tells it, in the account's time zone; beside it the instant in UTC.
            Column("change_event__change_date_time"),
            Column("occurred_at", "timestamp"),
        ),
        forgotten_by=("change_event__user_email",),
        born="occurred_at",
    ),
    "change_event",
)
CLICKS = Asked(
    Table(
        "click_views",
        "events",
        ("customer__id", "click_view__gclid"),
        (
            *columns("customer__id campaign__id ad_group__id click_view__ad_group_ad"),
            *columns("click_view__keyword segments__ad_network_type segments__device"),
            Column("segments__date", "date"),
            # It names one person's browser at the moment of one click.
            Column("click_view__gclid", pii=True),
        ),
        forgotten_by=("click_view__gclid",),
    ),
    "click_view",
)

"""Tables of raw_meta_ads."""

from ingestion.contract import Column, Table, columns

_BUDGETS = columns("daily_budget lifetime_budget", "bigint")
_CHANGED = columns("created_time updated_time", "timestamp")
ACCOUNTS = Table(
    "accounts",
    "versioned",
    ("account_id",),
    (
        *columns("account_id name currency timezone_name account_status"),
        Column("created_time", "timestamp"),
    ),
)
CAMPAIGNS = Table(
    "campaigns",
    "versioned",
    ("id",),
    (
        *columns("id account_id name objective status effective_status buying_type"),
        *_BUDGETS,
        *columns("start_time stop_time", "timestamp"),
        *_CHANGED,
    ),
    order="updated_time",
)
AD_SETS = Table(
    "ad_sets",
    "versioned",
    ("id",),
    (
        *columns("id account_id campaign_id name status effective_status optimization_goal"),
        *_BUDGETS,
        Column("attribution_spec", "json"),
        *columns("start_time end_time", "timestamp"),
        *_CHANGED,
    ),
    order="updated_time",
)
ADS = Table(
    "ads",
    "versioned",
    ("id",),
    (
        *columns("id account_id campaign_id adset_id name status effective_status"),
        Column("url_tags"),
        *_CHANGED,
    ),
    order="updated_time",
)

_COUNTS = columns("impressions clicks inline_link_clicks reach", "bigint")
_SPEND = Column("spend", "micros")
_DAY = Column("date_start", "date")
# Ids above a row's level are "", so that the key holds at every level.
_IDS = "account_id level campaign_id adset_id ad_id"
LEVEL_UNIT = ("account_id", "level", "date_start")
INSIGHTS = Table(
    "insights",
    "versioned",
    (*_IDS.split(), "date_start"),
    (
        *columns(f"{_IDS} campaign_name adset_name ad_name account_currency attribution_setting"),
        _DAY,
        *_COUNTS,
        _SPEND,
    ),
    unit=LEVEL_UNIT,
    # Actions have a table of their own.
    ignored=("date_stop", "actions", "action_values"),
)
# The overlapping action types as they came, one row a type and attribution window.
ACTIONS = Table(
    "insight_actions",
    "versioned",
    (*_IDS.split(), "date_start", "action_type", "attribution_window"),
    (
        *columns(f"{_IDS} action_type attribution_window"),
        _DAY,
        *columns("actions action_value", "decimal"),
    ),
    unit=LEVEL_UNIT,
)


def _breakdown(name: str, parts: str) -> Table:
    return Table(
        f"insights_by_{name}",
        "versioned",
        ("account_id", "campaign_id", *parts.split(), "date_start"),
        (
            *columns(f"account_id campaign_id {parts} campaign_name account_currency"),
            _DAY,
            *_COUNTS,
            _SPEND,
        ),
        unit=("account_id", "date_start"),
    )


# A breakdown's rows are estimates of their own and partly withheld: they are added to no total.
BREAKDOWNS = {
    ("age", "gender"): _breakdown("age_gender", "age gender"),
    ("country",): _breakdown("country", "country"),
    ("publisher_platform", "platform_position"): _breakdown(
        "placement", "publisher_platform platform_position"
    ),
    ("impression_device",): _breakdown("device", "impression_device"),
}
TABLES = (ACCOUNTS, CAMPAIGNS, AD_SETS, ADS, INSIGHTS, ACTIONS, *BREAKDOWNS.values())

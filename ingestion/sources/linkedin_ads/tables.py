"""Tables of raw_linkedin_ads, and the metrics of its reports by their names on both sides."""

from ingestion.contract import Column, Table, columns

_STAMPS = columns("created_at last_modified_at", "timestamp")
ACCOUNTS = Table(
    "accounts",
    "versioned",
    ("id",),
    (*columns("id name currency status type"), *_STAMPS),
    order="last_modified_at",
)
CAMPAIGN_GROUPS = Table(
    "campaign_groups",
    "versioned",
    ("id",),
    (*columns("id account_id name status"), *_STAMPS),
    order="last_modified_at",
)
CAMPAIGNS = Table(
    "campaigns",
    "versioned",
    ("id",),
    (
        *columns("id account_id campaign_group_id name status type objective_type cost_type"),
        *columns("daily_budget total_budget", "micros"),
        Column("budget_currency"),
        *columns("starts_at ends_at", "timestamp"),
        *_STAMPS,
    ),
    order="last_modified_at",
)
CREATIVES = Table(
    "creatives",
    "versioned",
    ("id",),
    (*columns("id account_id campaign_id intended_status"), *_STAMPS),
    order="last_modified_at",
)

# Ours -> theirs. A call takes twenty fields, of which two name the row.
COUNTS = {
    "impressions": "impressions",
    "clicks": "clicks",
    "landing_page_clicks": "landingPageClicks",
    "total_engagements": "totalEngagements",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "follows": "follows",
    "approximate_member_reach": "approximateMemberReach",
    "external_website_conversions": "externalWebsiteConversions",
    "post_click_conversions": "externalWebsitePostClickConversions",
    "post_view_conversions": "externalWebsitePostViewConversions",
    "one_click_leads": "oneClickLeads",
    "one_click_lead_form_opens": "oneClickLeadFormOpens",
    "video_views": "videoViews",
    "video_starts": "videoStarts",
    "video_completions": "videoCompletions",
    "sends": "sends",
    "opens": "opens",
}
MONEY = {
    "cost_in_local_currency": "costInLocalCurrency",
    "cost_in_usd": "costInUsd",
    "conversion_value_in_local_currency": "conversionValueInLocalCurrency",
}
DAY_UNIT = ("account_id", "pivot_name", "reported_on")
ANALYTICS = Table(
    "analytics",
    "versioned",
    ("account_id", "pivot_name", "entity_id", "reported_on"),
    (
        *columns("account_id pivot_name entity_id currency_code"),
        Column("reported_on", "date"),
        *columns(" ".join(COUNTS), "bigint"),
        *columns(" ".join(MONEY), "micros"),
    ),
    unit=DAY_UNIT,
)
# Approximate, withheld below three events and a day late: added to no total.
DEMOGRAPHIC_COUNTS = {name: COUNTS[name] for name in ("impressions", "clicks")}
DEMOGRAPHIC_MONEY = {"cost_in_local_currency": MONEY["cost_in_local_currency"]}
DEMOGRAPHICS = Table(
    "demographic_days",
    "versioned",
    ("account_id", "pivot_name", "member_value", "reported_on"),
    (
        *columns("account_id pivot_name member_value currency_code"),
        Column("reported_on", "date"),
        *columns(" ".join(DEMOGRAPHIC_COUNTS), "bigint"),
        *columns(" ".join(DEMOGRAPHIC_MONEY), "micros"),
    ),
    unit=DAY_UNIT,
)
TABLES = (ACCOUNTS, CAMPAIGN_GROUPS, CAMPAIGNS, CREATIVES, ANALYTICS, DEMOGRAPHICS)

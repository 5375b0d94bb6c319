"""Raw tables of what no system is asked for: plans, books, rates, bought data, events, tests."""

from ingestion.contract import Column, Table, columns
from ingestion.sources.file_drops.tables.where import WHERE

ENRICHMENTS = Table(
    "enrichments",
    "versioned",
    ("source", "subject_kind", "subject"),
    (
        *columns("source subject_kind"),
        Column("subject", pii=True),
        *columns("company_name domain industry country city job_title seniority department"),
        Column("employee_count", "bigint"),
        Column("annual_revenue", "money"),
        *columns("currency_code technologies"),
        Column("observed_at", "timestamp"),
        *WHERE,
    ),
    order="observed_at",
    forgotten_by=("source", "subject"),
)
INTENT_SIGNALS = Table(
    "intent_signals",
    "versioned",
    ("source", "domain", "topic", "observed_on"),
    (
        *columns("source domain topic"),
        Column("observed_on", "date"),
        *columns("company_name country"),
        Column("score", "double"),
        *WHERE,
    ),
)
WEBINAR_ATTENDANCE = Table(
    "webinar_attendance",
    "versioned",
    ("source", "webinar_id", "attendee_id"),
    (
        *columns("source webinar_id"),
        Column("attendee_id", pii=True),
        Column("webinar_name"),
        *columns("email first_name last_name", pii=True),
        *columns("company_name country"),
        *columns("held_at registered_at joined_at left_at", "timestamp"),
        Column("minutes_attended", "double"),
        Column("has_attended", "bool"),
        *WHERE,
    ),
    forgotten_by=("source", "attendee_id"),
    born="registered_at",
)
EXPERIMENT_EXPOSURES = Table(
    "experiment_exposures",
    "versioned",
    ("source", "experiment_id", "unit_kind", "unit_id"),
    (
        *columns("source experiment_id unit_kind"),
        Column("unit_id", pii=True),
        *columns("experiment_name variant"),
        Column("exposed_at", "timestamp"),
        *WHERE,
    ),
    forgotten_by=("source", "unit_id"),
    born="exposed_at",
)
BUDGETS = Table(
    "budgets",
    "versioned",
    ("source", "starts_on", "channel", "campaign"),
    (
        Column("source"),
        *columns("starts_on ends_on", "date"),
        *columns("channel campaign"),
        *columns("budget_amount committed_amount", "money"),
        Column("currency_code"),
        *WHERE,
    ),
)
TARGETS = Table(
    "targets",
    "versioned",
    ("source", "starts_on", "metric", "segment"),
    (
        Column("source"),
        *columns("starts_on ends_on", "date"),
        *columns("metric segment"),
        Column("target_value", "decimal"),
        Column("currency_code"),
        *WHERE,
    ),
)
FINANCE_MONTHS = Table(
    "finance_months",
    "versioned",
    ("source", "month_on", "category"),
    (
        Column("source"),
        Column("month_on", "date"),
        Column("category"),
        *columns("cost_amount revenue_amount", "money"),
        Column("gross_margin", "double"),
        Column("currency_code"),
        *WHERE,
    ),
)
FX_RATES = Table(
    "fx_rates",
    "versioned",
    ("source", "rate_on", "from_currency", "to_currency"),
    (
        Column("source"),
        Column("rate_on", "date"),
        *columns("from_currency to_currency"),
        Column("rate", "double"),
        *WHERE,
    ),
)
TOOLS = Table(
    "tools",
    "versioned",
    ("source", "tool_id"),
    (
        *columns("source tool_id tool_name category vendor owner_team"),
        Column("annual_cost", "money"),
        Column("currency_code"),
        *columns("seats seats_used", "bigint"),
        *columns("starts_on renews_on", "date"),
        *WHERE,
    ),
)

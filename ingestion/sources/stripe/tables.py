"""The raw tables of Stripe, in the names of its API; money in minor units of its currency.

Which decimals a currency has is for `config/fx.yml` to say: a yen has none, a dinar three.
"""

from ingestion.contract import Column, Hang, Link, Table, columns

# Whatever the account's own tools write there; ours reads `deal_id`.
_METADATA = Column("metadata", "json", pii=True)
_CREATED = Column("created", "timestamp")
_CUSTOMERS_OWN = (Hang("customers", ("customer",), ("id",)),)

PRODUCTS = Table(
    "products",
    "versioned",
    ("id",),
    (*columns("id name type"), Column("active", "bool"), _CREATED, Column("updated", "timestamp")),
)
PRICES = Table(
    "prices",
    "versioned",
    ("id",),
    (
        *columns("id product currency nickname type billing_scheme recurring__interval"),
        *columns("unit_amount recurring__interval_count", "bigint"),
        # A price may be finer than the minor unit: 0.05 cents a call.
        Column("unit_amount_decimal"),
        Column("active", "bool"),
        _CREATED,
    ),
)
CUSTOMERS = Table(
    "customers",
    "versioned",
    ("id",),
    (
        *columns("id currency address__country"),
        *columns("email name phone description", pii=True),
        *columns("address__line1 address__city address__postal_code", pii=True),
        Column("balance", "bigint"),
        Column("delinquent", "bool"),
        _METADATA,
        _CREATED,
    ),
    born="created",
)
SUBSCRIPTIONS = Table(
    "subscriptions",
    "versioned",
    ("id",),
    (
        *columns("id customer status currency collection_method latest_invoice"),
        Column("cancel_at_period_end", "bool"),
        _METADATA,
        *columns("created start_date trial_end cancel_at canceled_at ended_at", "timestamp"),
    ),
    hangs_on=_CUSTOMERS_OWN,
)
SUBSCRIPTION_ITEMS = Table(
    "subscription_items",
    "versioned",
    ("subscription", "id"),
    (
        *columns("subscription id price__id price__product"),
        Column("quantity", "bigint"),
        *columns("created current_period_start current_period_end", "timestamp"),
    ),
    unit=("subscription",),
)
INVOICES = Table(
    "invoices",
    "versioned",
    ("id",),
    (
        *columns("id number customer status currency billing_reason collection_method"),
        Column("parent__subscription_details__subscription"),
        *columns("customer_email customer_name", pii=True),
        *columns("subtotal total amount_due amount_paid amount_remaining", "bigint"),
        _METADATA,
        *columns("created due_date period_start period_end", "timestamp"),
        *columns(
            "status_transitions__finalized_at status_transitions__paid_at "
            "status_transitions__voided_at status_transitions__marked_uncollectible_at",
            "timestamp",
        ),
    ),
    hangs_on=_CUSTOMERS_OWN,
)
INVOICE_LINES = Table(
    "invoice_lines",
    "versioned",
    ("invoice", "id"),
    (
        *columns("invoice id currency pricing__price_details__price"),
        *columns("pricing__price_details__product"),
        Column("description", pii=True),
        *columns("amount quantity", "bigint"),
        *columns("period__start period__end", "timestamp"),
    ),
    unit=("invoice",),
    hangs_on=(Hang("customers", ("invoice",), ("id",), Link("invoices", ("id",), ("customer",))),),
)
INVOICE_PAYMENTS = Table(
    "invoice_payments",
    "versioned",
    ("id",),
    (
        *columns("id invoice status currency payment__type payment__payment_intent"),
        *columns("amount_requested amount_paid", "bigint"),
        *columns("created status_transitions__paid_at", "timestamp"),
    ),
)
CHARGES = Table(
    "charges",
    "versioned",
    ("id",),
    (
        *columns("id customer payment_intent balance_transaction currency status failure_code"),
        *columns("billing_details__email billing_details__name receipt_email", pii=True),
        *columns("amount amount_captured amount_refunded", "bigint"),
        *columns("paid captured refunded disputed", "bool"),
        _METADATA,
        _CREATED,
    ),
    hangs_on=_CUSTOMERS_OWN,
)
REFUNDS = Table(
    "refunds",
    "versioned",
    ("id",),
    (
        *columns("id charge payment_intent balance_transaction currency reason status"),
        Column("amount", "bigint"),
        _METADATA,
        _CREATED,
    ),
    hangs_on=(Hang("customers", ("charge",), ("id",), Link("charges", ("id",), ("customer",))),),
)
BALANCE_TRANSACTIONS = Table(
    "balance_transactions",
    "versioned",
    ("id",),
    (
        *columns("id source type reporting_category currency status"),
        *columns("amount fee net", "bigint"),
        Column("exchange_rate", "double"),
        *columns("created available_on", "timestamp"),
    ),
)

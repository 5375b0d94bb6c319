"""Invoices as the billing system holds them: what is due was paid or is still to come."""

import great_expectations.expectations as gxe

from quality.rules import Suite, Systems, rule

RULES = (
    rule(
        "invoice_has_a_currency",
        gxe.ExpectColumnValuesToNotBeNull(column="currency_code"),
        severity="blocking",
        dimension="completeness",
    ),
    rule(
        "invoice_money_is_paid_or_remains",
        gxe.ExpectColumnValuesToBeInSet(column="unexplained_amount", value_set=[0]),
        dimension="consistency",
    ),
    rule(
        "invoice_state_is_known",
        gxe.ExpectColumnValuesToBeInSet(
            column="status", value_set=["draft", "open", "paid", "void", "uncollectible"]
        ),
    ),
    rule(
        "invoice_names_its_customer",
        gxe.ExpectColumnValuesToNotBeNull(column="customer_id"),
        dimension="completeness",
    ),
)


def suites(systems: Systems) -> list[Suite]:
    """Return the suites of invoices, alike for every billing system."""
    return [
        Suite(
            name=f"staged_{system}_invoices",
            gate="staging",
            source=system,
            object="invoices",
            table=("staging", f"stg_{system}__invoices"),
            query=(
                "select invoice_id, currency_code, status, customer_id,"
                " coalesce(due_amount - paid_amount - remaining_amount, 0) as unexplained_amount"
                f" from staging.stg_{system}__invoices where not is_deleted"
            ),
            key=("invoice_id",),
            rules=RULES,
        )
        for system in systems["finance_systems"]
    ]

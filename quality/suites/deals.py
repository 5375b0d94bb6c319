"""Deals as the CRM holds them: every sum of revenue starts here."""

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from quality.rules import Suite, Systems, rule

HAS_A_STAGE = rule(
    "deal_has_a_stage",
    gxe.ExpectColumnValuesToNotBeNull(column="stage_native"),
    severity="blocking",
    dimension="completeness",
)
# A CRM always has a stage; a file may lack the whole column. Then a deal without an amount moves no
# sum, and one with an amount would be open pipeline for ever.
VALUE_HAS_A_STAGE = rule(
    "deal_with_an_amount_has_a_stage",
    gxe.ExpectColumnValuesToNotBeNull(
        column="stage_native", row_condition=Column("amount").is_not_null()
    ),
    severity="blocking",
    dimension="completeness",
)
RULES = (
    rule(
        "deal_has_an_amount",
        gxe.ExpectColumnValuesToNotBeNull(column="amount", mostly=0.90),
        dimension="completeness",
    ),
    rule(
        "deal_amount_has_a_currency",
        gxe.ExpectColumnValuesToNotBeNull(
            column="currency_code",
            row_condition=Column("amount").is_not_null(),
        ),
        dimension="completeness",
    ),
    rule(
        "deal_currency_is_an_iso_code",
        gxe.ExpectColumnValuesToMatchRegex(column="currency_code", regex=r"^[A-Z]{3}$"),
    ),
    rule(
        "deal_closes_after_it_was_created",
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="closed_at",
            column_B="created_at",
            or_equal=True,
            mostly=0.98,
            ignore_row_if="either_value_is_missing",
        ),
        dimension="consistency",
    ),
    rule(
        "deal_has_an_owner",
        gxe.ExpectColumnValuesToNotBeNull(column="owner_native_id", mostly=0.95),
        dimension="completeness",
    ),
)


def suites(systems: Systems) -> list[Suite]:
    """Return the suites of deals, alike for every CRM."""
    return [
        Suite(
            name=f"staged_{system}_deals",
            gate="staging",
            source=system,
            object="deals",
            table=("staging", f"stg_{system}__deals"),
            query=(
                "select source, source_record_id, stage_native, amount, currency_code,"
                " owner_native_id, created_at, closed_at"
                f" from staging.stg_{system}__deals where not is_deleted and not is_archived"
            ),
            key=("source", "source_record_id"),
            rules=(VALUE_HAS_A_STAGE if system == "file_drops" else HAS_A_STAGE, *RULES),
        )
        for system in systems["crm_systems"]
    ]

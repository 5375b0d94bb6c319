"""Deals as the CRM holds them: every sum of revenue starts here."""

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from quality.rules import Suite, rule

RULES = (
    rule(
        "deal_has_a_stage",
        gxe.ExpectColumnValuesToNotBeNull(column="stage_native"),
        severity="blocking",
        dimension="completeness",
    ),
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

SUITES = [
    Suite(
        name="staged_hubspot_deals",
        gate="staging",
        source="hubspot",
        object="deals",
        table=("staging", "stg_hubspot__deals"),
        query=(
            "select source_record_id, stage_native, amount, currency_code, owner_native_id,"
            " created_at, closed_at"
            " from staging.stg_hubspot__deals where not is_deleted and not is_archived"
        ),
        key=("source_record_id",),
        rules=RULES,
    ),
]

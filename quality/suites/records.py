"""Records of people over all systems, normalised: what can be sent to, called and counted."""

import great_expectations.expectations as gxe

from quality.rules import Suite, Systems, rule

# Warnings only: identity reads these rows before their gate is judged with the touchpoints.
# Shares: disposable at most 2 %, role mailboxes at most 5 %, country
# standardised at least 98 % of what is stated.
RULES = (
    rule(
        "record_address_is_not_disposable",
        gxe.ExpectColumnValuesToBeInSet(
            column="is_disposable_email", value_set=[False], mostly=0.98
        ),
    ),
    rule(
        "record_address_is_a_persons_own",
        gxe.ExpectColumnValuesToBeInSet(column="is_role_email", value_set=[False], mostly=0.95),
    ),
    rule(
        "record_country_is_standardised",
        gxe.ExpectColumnValuesToBeInSet(
            column="is_country_standardised", value_set=[True], mostly=0.98
        ),
        dimension="consistency",
    ),
    rule(
        "record_says_when_it_was_made",
        gxe.ExpectColumnValuesToNotBeNull(column="created_at", mostly=0.99),
        dimension="completeness",
    ),
)

SUITES = [
    Suite(
        name="identity_records",
        gate="conformed",
        source="all",
        object="records",
        table=("intermediate", "int_identity__records"),
        query=(
            "select record_key, created_at,"
            " case when email is not null then is_disposable_email end as is_disposable_email,"
            " case when email is not null then is_role_email end as is_role_email,"
            " case when country is not null then country_code is not null end"
            " as is_country_standardised"
            " from intermediate.int_identity__records"
            " where not is_deleted and object not in ('companies', 'visitors')"
        ),
        key=("record_key",),
        rules=RULES,
    ),
]


def suites(_: Systems) -> list[Suite]:
    """Return the suites of this file."""
    return SUITES

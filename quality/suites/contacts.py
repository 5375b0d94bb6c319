"""Contacts as the CRM and the e-mail tool hold them, and as staging conforms them."""

import great_expectations.expectations as gxe

from quality.rules import Suite, rule

# RE2: no back-references, anchored at both ends because `~` is a full match in DuckDB 1.5 and a
# partial one in 2.0. Syntax only; whether the mailbox exists is not observable.
EMAIL = r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$"

RULES_RAW = (
    rule(
        "raw_contact_has_an_id",
        gxe.ExpectColumnValuesToNotBeNull(column="id"),
        severity="blocking",
        dimension="completeness",
    ),
    rule(
        "raw_contact_id_is_open_once",
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        severity="blocking",
        dimension="uniqueness",
    ),
    rule(
        "raw_contact_has_an_email",
        gxe.ExpectColumnValuesToNotBeNull(column="properties__email", mostly=0.90),
        dimension="completeness",
    ),
    rule(
        "raw_contact_was_created_before_it_was_updated",
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="updated_at", column_B="created_at", or_equal=True, mostly=0.99
        ),
        dimension="consistency",
    ),
)

RULES = (
    rule(
        "contact_email_is_well_formed",
        gxe.ExpectColumnValuesToMatchRegex(column="email", regex=EMAIL, mostly=0.97),
    ),
    rule(
        "contact_has_a_last_name",
        gxe.ExpectColumnValuesToNotBeNull(column="last_name", mostly=0.80),
        dimension="completeness",
    ),
    rule(
        "contact_phone_has_seven_to_fifteen_digits",
        gxe.ExpectColumnValuesToMatchRegex(
            column="phone_digits", regex=r"^[0-9]{7,15}$", mostly=0.95
        ),
    ),
    rule(
        "contact_email_is_held_by_one_live_record",
        gxe.ExpectColumnValuesToBeUnique(column="email", mostly=0.90),
        dimension="uniqueness",
    ),
    rule(
        "contact_has_a_lifecycle_stage",
        gxe.ExpectColumnValuesToNotBeNull(column="lifecycle_stage_native", mostly=0.95),
        dimension="completeness",
    ),
)

SUITES = [
    Suite(
        name="raw_hubspot_contacts",
        gate="raw",
        source="hubspot",
        object="contacts",
        table=("hubspot", "contacts"),
        query=(
            "select id, properties__email, created_at, updated_at from raw_hubspot.contacts"
            " where _dlt_valid_to is null and not coalesce(is_deleted, false)"
        ),
        key=("id",),
        rules=RULES_RAW,
    ),
    Suite(
        name="staged_hubspot_contacts",
        gate="staging",
        source="hubspot",
        object="contacts",
        table=("staging", "stg_hubspot__contacts"),
        query=(
            "select source_record_id, lower(trim(email)) as email, last_name,"
            " lifecycle_stage_native,"
            " regexp_replace(phone, '[^0-9]', '', 'g') as phone_digits"
            " from staging.stg_hubspot__contacts where not is_deleted and not is_archived"
        ),
        key=("source_record_id",),
        rules=RULES,
    ),
]

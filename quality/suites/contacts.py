"""Contacts as the CRM and the e-mail tool hold them, and as staging conforms them."""

from typing import Any

import great_expectations.expectations as gxe

from quality.rules import Rule, Suite, Systems, rule

# RE2: no back-references, anchored at both ends because `~` is a full match in DuckDB 1.5 and a
# partial one in 2.0. Syntax only; whether the mailbox exists is not observable.
EMAIL = r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}$"


def _raw_rules(record_id: str, unique: Any, email: str) -> tuple[Rule, ...]:
    """The rules of one raw table, told its own names of the columns."""
    return (
        rule(
            "raw_contact_has_an_id",
            gxe.ExpectColumnValuesToNotBeNull(column=record_id),
            severity="blocking",
            dimension="completeness",
        ),
        rule(
            "raw_contact_id_is_open_once",
            unique,
            severity="blocking",
            dimension="uniqueness",
        ),
        rule(
            "raw_contact_has_an_email",
            gxe.ExpectColumnValuesToNotBeNull(column=email, mostly=0.90),
            dimension="completeness",
        ),
        rule(
            "raw_contact_was_created_before_it_was_updated",
            gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="updated_at",
                column_B="created_at",
                or_equal=True,
                mostly=0.99,
                ignore_row_if="either_value_is_missing",
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
        gxe.ExpectColumnValuesToBeUnique(column="email_in_its_system", mostly=0.90),
        dimension="uniqueness",
    ),
    rule(
        "contact_has_a_lifecycle_stage",
        gxe.ExpectColumnValuesToNotBeNull(column="lifecycle_stage_native", mostly=0.95),
        dimension="completeness",
    ),
)

_OPEN = "where _dlt_valid_to is null and not coalesce(is_deleted, false)"


def suites(systems: Systems) -> list[Suite]:
    """Return the suites of contacts: raw by vendor, staged alike for every CRM."""
    return [
        Suite(
            name="raw_hubspot_contacts",
            gate="raw",
            source="hubspot",
            object="contacts",
            table=("hubspot", "contacts"),
            query=(
                "select id, properties__email, created_at, updated_at"
                f" from raw_hubspot.contacts {_OPEN}"
            ),
            key=("id",),
            rules=_raw_rules(
                "id", gxe.ExpectColumnValuesToBeUnique(column="id"), "properties__email"
            ),
        ),
        *[
            Suite(
                name=f"raw_salesforce_{kind}",
                gate="raw",
                source="salesforce",
                object=kind,
                table=("salesforce", kind),
                query=(
                    "select id, email, created_date as created_at, system_modstamp as updated_at"
                    f" from raw_salesforce.{kind} {_OPEN}"
                ),
                key=("id",),
                rules=_raw_rules("id", gxe.ExpectColumnValuesToBeUnique(column="id"), "email"),
            )
            for kind in ("leads", "contacts")
        ],
        Suite(
            name="raw_file_drops_contacts",
            gate="raw",
            source="file_drops",
            object="contacts",
            table=("file_drops", "contacts"),
            query=(
                "select source, source_record_id, email, created_at, updated_at"
                f" from raw_file_drops.contacts {_OPEN}"
            ),
            key=("source", "source_record_id"),
            rules=_raw_rules(
                "source_record_id",
                gxe.ExpectCompoundColumnsToBeUnique(column_list=["source", "source_record_id"]),
                "email",
            ),
        ),
        *[_staged(system) for system in systems["crm_systems"]],
    ]


def _staged(system: str) -> Suite:
    # An address may be in two systems: what is dropped as files comes from several.
    return Suite(
        name=f"staged_{system}_contacts",
        gate="staging",
        source=system,
        object="contacts",
        table=("staging", f"stg_{system}__contacts"),
        query=(
            "select source, source_record_id, lower(trim(email)) as email,"
            " source || ' ' || lower(trim(email)) as email_in_its_system, last_name,"
            # A CRM that keeps leads apart gives its contacts no stage.
            " case when object = 'contacts' and bool_or(object = 'leads') over ()"
            " then '(kept on the lead)' else lifecycle_stage_native end as lifecycle_stage_native,"
            " regexp_replace(phone, '[^0-9]', '', 'g') as phone_digits"
            f" from staging.stg_{system}__contacts where not is_deleted and not is_archived"
        ),
        key=("source", "source_record_id"),
        rules=RULES,
    )

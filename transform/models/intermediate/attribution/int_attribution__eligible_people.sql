{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['conversion_id', 'person_id'],
    meta={
        'feeds': {'conversion': ['conversion_id']}
    }
) }}
with conversions as (
    select * from {{ ref('int_conversions__conversions') }}
    where reverses_conversion_id is null
),

settings as (
    select * from {{ ref('stg_config__attribution_settings') }}
),

persons as (
    select * from {{ ref('int_identity__persons') }}
    where kind = 'person'
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
    where object in {{ contact_objects() }}
),

records as (
    select
        source,
        object,
        source_record_id,
        created_at
    from {{ ref('int_identity__records') }}
    where object in {{ contact_objects() }}
),

roles as (
    select * from {{ ref('int_opportunities__contacts') }}
),

role_counts as (
    select
        opportunity_id,
        count(*) as people
    from roles
    group by opportunity_id
),

candidates as (
    select
        conversions.conversion_id,
        conversions.person_id
    from conversions
    where conversions.opportunity_id is null
    union
    select
        conversions.conversion_id,
        roles.person_id
    from conversions
    cross join settings
    inner join roles on conversions.opportunity_id = roles.opportunity_id
    where
        settings.eligible_contacts in ('contact_roles', 'hybrid')
        or (settings.eligible_contacts = 'primary_role' and roles.role_rank = 1)
    union
    select
        conversions.conversion_id,
        persons.person_id
    from conversions
    cross join settings
    inner join persons on conversions.account_id = persons.account_id
    left join role_counts on conversions.opportunity_id = role_counts.opportunity_id
    where
        conversions.opportunity_id is not null
        and (
            settings.eligible_contacts = 'account'
            or (settings.eligible_contacts = 'hybrid' and role_counts.people is null)
        )
),

first_records as (
    select
        bridge.person_id,
        min(records.created_at) as contact_created_at
    from bridge
    inner join records
        on
            bridge.source = records.source
            and bridge.object = records.object
            and bridge.source_record_id = records.source_record_id
    group by bridge.person_id
),

ranked as (
    select
        candidates.conversion_id,
        candidates.person_id,
        first_records.contact_created_at,
        row_number() over (
            partition by candidates.conversion_id
            order by
                case when first_records.contact_created_at is null then 1 else 0 end,
                coalesce(first_records.contact_created_at, {{ as_of() }}),
                candidates.person_id
        ) as age_rank
    from candidates
    inner join persons on candidates.person_id = persons.person_id
    left join first_records on candidates.person_id = first_records.person_id
)

select
    conversion_id,
    person_id,
    contact_created_at,
    age_rank = 1 and contact_created_at is not null as is_oldest_contact
from ranked

{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['person_id'],
    meta={
        'feeds': {'person': ['person_id']}
    }
) }}
with bridge as (
    select * from {{ ref('int_identity__bridge') }}
    where person_id is not null
),

records as (
    select * from {{ ref('int_identity__records') }}
),

households as (
    select * from {{ source('identity', 'household_map') }}
),

stages as (
    select * from {{ ref('stg_config__funnel_stages') }}
    where object in {{ contact_objects() }}
),

joined as (
    select
        bridge.person_id,
        bridge.kind,
        bridge.person_account_id,
        households.household_id,
        records.source,
        records.object,
        records.source_record_id,
        records.email_domain,
        records.country_code,
        titles.job_seniority,
        titles.job_function,
        stages.stage as lifecycle_stage,
        stages.stage_order,
        records.is_archived,
        records.is_deleted,
        records.created_at,
        records.updated_at,
        bridge.valid_from
    from bridge
    inner join records
        on
            bridge.source = records.source
            and bridge.object = records.object
            and bridge.source_record_id = records.source_record_id
    left join households on bridge.person_id = households.person_id
    left join {{ source('hygiene', 'job_titles') }} as titles
        on records.job_title = titles.raw_value
    left join stages
        on
            records.source = stages.crm
            and records.object = stages.object
            and records.lifecycle_stage_native = stages.native_stage
),

-- Per attribute the newest live record that states it, CRM records before others; of stages the
-- furthest, as CRMs keep it when they merge two records, one that ended (80 and up) only alone.
ranked as (
    select
        person_id,
        email_domain,
        country_code,
        job_seniority,
        job_function,
        lifecycle_stage,
        row_number() over (
            partition by person_id
            order by
                case when email_domain is null then 1 else 0 end asc,
                case when is_deleted then 1 else 0 end asc,
                case when object in {{ contact_objects() }} then 0 else 1 end asc,
                coalesce(updated_at, cast('1970-01-01' as timestamp)) desc,
                source asc, object asc, source_record_id asc
        ) as email_position,
        row_number() over (
            partition by person_id
            order by
                case when country_code is null then 1 else 0 end asc,
                case when is_deleted then 1 else 0 end asc,
                case when object in {{ contact_objects() }} then 0 else 1 end asc,
                coalesce(updated_at, cast('1970-01-01' as timestamp)) desc,
                source asc, object asc, source_record_id asc
        ) as country_position,
        -- Rank and field come from one title.
        row_number() over (
            partition by person_id
            order by
                case when job_seniority is null then 1 else 0 end asc,
                case when is_deleted then 1 else 0 end asc,
                coalesce(updated_at, cast('1970-01-01' as timestamp)) desc,
                source asc, object asc, source_record_id asc
        ) as title_position,
        row_number() over (
            partition by person_id
            order by
                case when lifecycle_stage is null then 1 else 0 end asc,
                case when is_deleted then 1 else 0 end asc,
                case when stage_order >= 80 then 1 else 0 end asc,
                coalesce(stage_order, 0) desc,
                coalesce(updated_at, cast('1970-01-01' as timestamp)) desc,
                source asc, object asc, source_record_id asc
        ) as stage_position
    from joined
)

select
    joined.person_id,
    max(joined.kind) as kind,
    max(joined.person_account_id) as account_id,
    max(joined.household_id) as household_id,
    max(country_ranked.country_code) as country_code,
    max(title_ranked.job_seniority) as job_seniority,
    max(title_ranked.job_function) as job_function,
    max(email_ranked.email_domain) as email_domain,
    max(stage_ranked.lifecycle_stage) as lifecycle_stage,
    count(*) as record_count,
    max(case when email_ranked.email_domain is not null then 1 else 0 end) = 1 as has_email,
    -- Whom every CRM and list has deleted or archived is not written to, whatever a form holds.
    max(case
        when joined.email_domain is null or joined.is_deleted or joined.is_archived then 0
        when joined.object in {{ contact_objects() }} or joined.object = 'members' then 1
        else 0
    end) = 1
    or max(case
        when joined.object in {{ contact_objects() }} or joined.object = 'members' then 1 else 0
    end) = 0
    and max(case when joined.email_domain is not null then 1 else 0 end) = 1 as is_reachable,
    -- Browsers and forms are never deleted, so they do not keep a deleted person alive.
    max(case
        when joined.is_deleted then 0
        when joined.object in {{ contact_objects() }} or joined.object = 'members' then 1
        else 0
    end) = 0
    and max(case when joined.is_deleted then 1 else 0 end) = 1 as is_deleted,
    max(case when joined.lifecycle_stage = 'won' and not joined.is_deleted then 1 else 0 end) = 1
        as is_customer,
    coalesce(min(joined.created_at), min(joined.valid_from)) as first_seen_at,
    coalesce(
        max(case when joined.object in ('visitors', 'form_submissions') then joined.updated_at end),
        max(joined.created_at),
        max(joined.valid_from)
    ) as last_seen_at
from joined
left join ranked as email_ranked
    on joined.person_id = email_ranked.person_id and email_ranked.email_position = 1
left join ranked as country_ranked
    on joined.person_id = country_ranked.person_id and country_ranked.country_position = 1
left join ranked as title_ranked
    on joined.person_id = title_ranked.person_id and title_ranked.title_position = 1
left join ranked as stage_ranked
    on joined.person_id = stage_ranked.person_id and stage_ranked.stage_position = 1
group by joined.person_id

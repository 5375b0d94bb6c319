{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'object', 'source_record_id']
) }}
with contacts as (
    {% for system in var('crm_systems') %}
        select
            source,
            object,
            source_record_id,
            email,
            phone,
            first_name,
            last_name,
            company_name,
            company_record_id,
            cast(null as varchar) as company_domain,
            job_title,
            country,
            region,
            city,
            postal_code,
            street,
            lifecycle_stage_native,
            cast(null as varchar) as linked_record_id,
            cast(null as varchar) as message,
            is_archived,
            is_deleted,
            created_at,
            updated_at
        from {{ ref('stg_' ~ system ~ '__contacts') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

members as (
    {% for system in var('list_systems') %}
        select
            source,
            object,
            source_record_id,
            email,
            phone,
            first_name,
            last_name,
            company_name,
            cast(null as varchar) as company_record_id,
            cast(null as varchar) as company_domain,
            cast(null as varchar) as job_title,
            country,
            cast(null as varchar) as region,
            cast(null as varchar) as city,
            cast(null as varchar) as postal_code,
            cast(null as varchar) as street,
            cast(null as varchar) as lifecycle_stage_native,
            cast(null as varchar) as linked_record_id,
            cast(null as varchar) as message,
            false as is_archived,
            is_deleted,
            created_at,
            updated_at
        from {{ ref('stg_' ~ system ~ '__members') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

submissions as (
    {% for system in var('form_systems') %}
        select
            source,
            'form_submissions' as object,
            submission_id as source_record_id,
            email,
            phone,
            first_name,
            last_name,
            company_name,
            cast(null as varchar) as company_record_id,
            cast(null as varchar) as company_domain,
            cast(null as varchar) as job_title,
            country,
            cast(null as varchar) as region,
            cast(null as varchar) as city,
            cast(null as varchar) as postal_code,
            cast(null as varchar) as street,
            cast(null as varchar) as lifecycle_stage_native,
            cast(null as varchar) as linked_record_id,
            message,
            false as is_archived,
            false as is_deleted,
            submitted_at as created_at,
            submitted_at as updated_at
        from {{ ref('stg_' ~ system ~ '__form_submissions') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

recipients as (
    -- Of a dropped e-mail file nothing is known of a person but the address.
    select
        source,
        object,
        source_record_id,
        email,
        cast(null as varchar) as phone,
        cast(null as varchar) as first_name,
        cast(null as varchar) as last_name,
        cast(null as varchar) as company_name,
        cast(null as varchar) as company_record_id,
        cast(null as varchar) as company_domain,
        cast(null as varchar) as job_title,
        cast(null as varchar) as country,
        cast(null as varchar) as region,
        cast(null as varchar) as city,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as street,
        cast(null as varchar) as lifecycle_stage_native,
        cast(null as varchar) as linked_record_id,
        cast(null as varchar) as message,
        false as is_archived,
        false as is_deleted,
        created_at,
        updated_at
    from {{ ref('stg_file_drops__recipients') }}
),

visitors as (
    select
        source,
        'visitors' as object,
        visitor_id as source_record_id,
        email,
        cast(null as varchar) as phone,
        cast(null as varchar) as first_name,
        cast(null as varchar) as last_name,
        cast(null as varchar) as company_name,
        cast(null as varchar) as company_record_id,
        cast(null as varchar) as company_domain,
        cast(null as varchar) as job_title,
        cast(null as varchar) as country,
        cast(null as varchar) as region,
        cast(null as varchar) as city,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as street,
        cast(null as varchar) as lifecycle_stage_native,
        submission_id as linked_record_id,
        cast(null as varchar) as message,
        false as is_archived,
        false as is_deleted,
        first_seen_at as created_at,
        last_seen_at as updated_at
    from {{ ref('int_identity__visitors') }}
),

companies as (
    {% for system in var('crm_systems') %}
        select
            source,
            'companies' as object,
            source_record_id,
            cast(null as varchar) as email,
            cast(null as varchar) as phone,
            cast(null as varchar) as first_name,
            cast(null as varchar) as last_name,
            name as company_name,
            source_record_id as company_record_id,
            domain as company_domain,
            cast(null as varchar) as job_title,
            country,
            cast(null as varchar) as region,
            city,
            cast(null as varchar) as postal_code,
            cast(null as varchar) as street,
            cast(null as varchar) as lifecycle_stage_native,
            cast(null as varchar) as linked_record_id,
            cast(null as varchar) as message,
            is_archived,
            is_deleted,
            created_at,
            updated_at
        from {{ ref('stg_' ~ system ~ '__companies') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

known as (
    select * from contacts
    union all
    select * from members
    union all
    select * from recipients
    union all
    select * from submissions
    union all
    select * from visitors
    union all
    select * from companies
),

-- A record that was merged away before it was ever read still has facts that name it.
merged_away as (
    select
        source,
        object,
        loser_record_id,
        max(merged_at) as merged_at
    from {{ ref('int_identity__merges') }}
    group by source, object, loser_record_id
),

lost as (
    select
        merged_away.source,
        merged_away.object,
        merged_away.loser_record_id as source_record_id,
        cast(null as varchar) as email,
        cast(null as varchar) as phone,
        cast(null as varchar) as first_name,
        cast(null as varchar) as last_name,
        cast(null as varchar) as company_name,
        cast(null as varchar) as company_record_id,
        cast(null as varchar) as company_domain,
        cast(null as varchar) as job_title,
        cast(null as varchar) as country,
        cast(null as varchar) as region,
        cast(null as varchar) as city,
        cast(null as varchar) as postal_code,
        cast(null as varchar) as street,
        cast(null as varchar) as lifecycle_stage_native,
        cast(null as varchar) as linked_record_id,
        cast(null as varchar) as message,
        false as is_archived,
        true as is_deleted,
        cast(null as timestamp) as created_at,
        merged_away.merged_at as updated_at
    from merged_away
    left join known
        on
            merged_away.source = known.source
            and merged_away.object = known.object
            and merged_away.loser_record_id = known.source_record_id
    where known.source_record_id is null
)

select * from known
union all
select * from lost

with source_rows as (
    select * from {{ source('hubspot', 'deals') }}
    where _dlt_valid_to is null
),

associations as (
    select * from {{ ref('stg_hubspot__associations') }}
    where from_object = 'deals'
),

ranked as (
    select
        from_record_id,
        to_object,
        to_record_id,
        row_number() over (
            partition by from_record_id, to_object
            order by case when is_primary then 0 else 1 end, to_record_id
        ) as position
    from associations
),

deal_contacts as (
    select
        from_record_id,
        {{ ordered_path('to_record_id', 'position', ';') }} as contact_record_ids
    from ranked
    where to_object = 'contacts'
    group by from_record_id
),

deal_companies as (
    select
        from_record_id,
        to_record_id as company_record_id
    from ranked
    where to_object = 'companies' and position = 1
)

select
    'hubspot' as source,
    cast(source_rows.id as varchar) as source_record_id,
    nullif(trim(source_rows.properties__dealname), '') as deal_name,
    {{ safe_decimal('source_rows.properties__amount', 18, 2) }} as amount,
    upper(nullif(trim(source_rows.properties__deal_currency_code), '')) as currency_code,
    nullif(trim(source_rows.properties__dealstage), '') as stage_native,
    nullif(trim(source_rows.properties__pipeline), '') as pipeline_native,
    nullif(trim(source_rows.properties__hubspot_owner_id), '') as owner_native_id,
    deal_companies.company_record_id,
    deal_contacts.contact_record_ids,
    nullif(trim(source_rows.properties__hs_analytics_source), '') as source_declared,
    nullif(trim(source_rows.properties__original_deal_id), '') as original_record_id,
    case
        when nullif(trim(source_rows.properties__hs_salesforceopportunityid), '') is not null
            then 'salesforce'
    end as mirror_source,
    nullif(trim(source_rows.properties__hs_salesforceopportunityid), '') as mirror_record_id,
    coalesce(source_rows.archived, false) as is_archived,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(
        coalesce(source_rows.properties__createdate, source_rows.created_at) as timestamp
    ) as created_at,
    cast(source_rows.properties__closedate as timestamp) as closed_at,
    cast(null as date) as closed_on,
    cast(
        coalesce(source_rows.updated_at, source_rows.properties__hs_lastmodifieddate) as timestamp
    ) as updated_at
from source_rows
left join deal_contacts on cast(source_rows.id as varchar) = deal_contacts.from_record_id
left join deal_companies on cast(source_rows.id as varchar) = deal_companies.from_record_id

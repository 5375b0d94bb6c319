with source_rows as (
    select * from {{ source('hubspot', 'contacts') }}
    where _dlt_valid_to is null
)

select
    'hubspot' as source,
    'contacts' as object,
    cast(id as varchar) as source_record_id,
    nullif(trim(properties__email), '') as email,
    coalesce(
        nullif(trim(properties__phone), ''), nullif(trim(properties__mobilephone), '')
    ) as phone,
    nullif(trim(properties__firstname), '') as first_name,
    nullif(trim(properties__lastname), '') as last_name,
    nullif(trim(properties__company), '') as company_name,
    nullif(trim(properties__associatedcompanyid), '') as company_record_id,
    nullif(trim(properties__jobtitle), '') as job_title,
    nullif(trim(properties__country), '') as country,
    nullif(trim(properties__state), '') as region,
    nullif(trim(properties__city), '') as city,
    nullif(trim(properties__zip), '') as postal_code,
    nullif(trim(properties__address), '') as street,
    nullif(trim(properties__lifecyclestage), '') as lifecycle_stage_native,
    nullif(trim(properties__hubspot_owner_id), '') as owner_native_id,
    nullif(trim(properties__hs_analytics_source), '') as source_declared,
    nullif(trim(properties__hs_merged_object_ids), '') as merged_record_ids,
    cast(null as varchar) as merged_into_object,
    cast(null as varchar) as merged_into_record_id,
    coalesce(archived, false) as is_archived,
    coalesce(is_deleted, false) as is_deleted,
    cast(coalesce(properties__createdate, created_at) as timestamp) as created_at,
    cast(coalesce(updated_at, properties__lastmodifieddate) as timestamp) as updated_at
from source_rows

with source_rows as (
    select * from {{ source('salesforce', 'accounts') }}
    where _dlt_valid_to is null
)

select
    'salesforce' as source,
    cast(id as varchar) as source_record_id,
    nullif(trim(name), '') as name,
    nullif(
        {{ regexp_replace_all("lower(trim(website))", '^(https?://)?(www[.])?|[/?#:].*$', '') }}, ''
    ) as domain,
    nullif(trim(industry), '') as industry,
    nullif(trim(billing_country), '') as country,
    nullif(trim(billing_city), '') as city,
    cast(number_of_employees as bigint) as employee_count,
    cast(null as varchar) as merged_record_ids,
    case when nullif(master_record_id, '') is not null then 'companies' end as merged_into_object,
    nullif(master_record_id, '') as merged_into_record_id,
    false as is_archived,
    coalesce(is_deleted, false) as is_deleted,
    cast(created_date as timestamp) as created_at,
    cast(system_modstamp as timestamp) as updated_at
from source_rows

with source_rows as (
    select * from {{ source('mailchimp', 'members') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    'members' as object,
    concat(list_id, ':', id) as source_record_id,
    cast(list_id as varchar) as list_id,
    cast(id as varchar) as email_id,
    nullif(trim(email_address), '') as email,
    nullif(trim(merge_fields__fname), '') as first_name,
    nullif(trim(merge_fields__lname), '') as last_name,
    nullif(trim(merge_fields__phone), '') as phone,
    nullif(trim(merge_fields__company), '') as company_name,
    nullif(trim(location__country_code), '') as country,
    status,
    tags,
    coalesce(vip, false) as is_vip,
    cast(coalesce(timestamp_signup, timestamp_opt, last_changed) as timestamp) as created_at,
    cast(last_changed as timestamp) as updated_at,
    coalesce(is_deleted, false) as is_deleted
from source_rows

with source_rows as (
    select * from {{ source('klaviyo', 'profiles') }}
    where _dlt_valid_to is null
)

select
    'klaviyo' as source,
    'members' as object,
    concat('all:', id) as source_record_id,
    'all' as list_id,
    cast(id as varchar) as email_id,
    nullif(trim(email), '') as email,
    nullif(trim(first_name), '') as first_name,
    nullif(trim(last_name), '') as last_name,
    nullif(trim(phone_number), '') as phone,
    nullif(trim(organization), '') as company_name,
    nullif(trim(location__country), '') as country,
    case
        when email_suppressions like '%HARD_BOUNCE%' then 'cleaned'
        when email_consent = 'UNSUBSCRIBED' then 'unsubscribed'
        when email_consent = 'SUBSCRIBED' and not coalesce(can_receive_email, true)
            then 'unsubscribed'
        when email_consent = 'SUBSCRIBED' then 'subscribed'
        else 'transactional'
    end
        as status,
    cast(created as timestamp) as created_at,
    cast(updated as timestamp) as updated_at,
    coalesce(is_deleted, false) as is_deleted
from source_rows

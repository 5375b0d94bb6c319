with source_rows as (
    select * from {{ source('mailchimp', 'lists') }}
    where _dlt_valid_to is null
)

select
    'mailchimp' as source,
    cast(id as varchar) as list_id,
    name,
    visibility,
    cast(stats__member_count as bigint) as member_count,
    coalesce(double_optin, false) as is_double_opt_in,
    coalesce(is_deleted, false) as is_deleted,
    cast(date_created as timestamp) as created_at
from source_rows

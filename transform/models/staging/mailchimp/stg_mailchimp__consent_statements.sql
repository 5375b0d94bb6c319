with members as (
    select * from {{ source('mailchimp', 'members') }}
)

select
    'mailchimp' as tool,
    'mailchimp' as source,
    'members' as object,
    concat(list_id, ':', id) as source_record_id,
    cast(list_id as varchar) as list_id,
    'status' as field,
    coalesce(trim(status), '') as stated_value,
    source as origin,
    cast(null as varchar) as wording,
    -- When the member confirmed; the other statuses have no instant of their own.
    case when status = 'subscribed' then cast(timestamp_opt as timestamp) end as own_at,
    cast(last_changed as timestamp) as changed_at,
    cast(_dlt_valid_from as timestamp) as observed_at,
    cast(_dlt_valid_to as timestamp) as until_at,
    row_version as statement_key
from members
union all
select
    'mailchimp' as tool,
    'mailchimp' as source,
    'members' as object,
    concat(list_id, ':', id) as source_record_id,
    cast(list_id as varchar) as list_id,
    'marketing_permissions' as field,
    case
        when {{ regexp_matches('marketing_permissions', '"enabled": *true') }} then 'enabled'
        when {{ regexp_matches('marketing_permissions', '"enabled": *false') }} then 'disabled'
        else ''
    end as stated_value,
    source as origin,
    {{ regexp_extract('marketing_permissions', '"text": *"([^"]+)"') }} as wording,
    cast(null as timestamp) as own_at,
    cast(last_changed as timestamp) as changed_at,
    cast(_dlt_valid_from as timestamp) as observed_at,
    cast(_dlt_valid_to as timestamp) as until_at,
    row_version as statement_key
from members

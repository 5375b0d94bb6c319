with tasks as (
    select * from {{ source('salesforce', 'tasks') }}
    where _dlt_valid_to is null
),

events as (
    select * from {{ source('salesforce', 'events') }}
    where _dlt_valid_to is null
),

-- A call that is planned, or that nobody ticked off, is a task of the seller's.
activities as (
    select
        id,
        who_id,
        owner_id,
        case
            when coalesce(is_closed, false) and lower(task_subtype) in ('call', 'email')
                then lower(task_subtype)
            else 'task'
        end as activity_type,
        lower(nullif(trim(call_type), '')) as direction,
        coalesce(
            cast(completed_date_time as timestamp),
            cast(activity_date as timestamp),
            cast(created_date as timestamp)
        ) as occurred_at,
        is_deleted
    from tasks
    union all
    select
        id,
        who_id,
        owner_id,
        'meeting' as activity_type,
        cast(null as varchar) as direction,
        coalesce(
            cast(start_date_time as timestamp),
            cast(activity_date as timestamp),
            cast(created_date as timestamp)
        ) as occurred_at,
        is_deleted
    from events
)

select
    'salesforce' as source,
    activity_type,
    cast(id as varchar) as source_record_id,
    nullif(trim(who_id), '') as contact_record_id,
    nullif(trim(owner_id), '') as owner_native_id,
    occurred_at,
    direction,
    coalesce(is_deleted, false) as is_deleted
from activities

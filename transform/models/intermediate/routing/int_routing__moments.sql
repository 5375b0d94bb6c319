{{ config(materialized='view') }}
-- What happens to a lead, on one clock of business time: that of the owner whom the rules require.
with requests as (
    select * from {{ ref('int_routing__requests') }}
),

decisions as (
    select * from {{ ref('stg_routing__decisions') }}
),

assignments as (
    select * from {{ ref('int_routing__assignments') }}
),

activities as (
    -- What the lead wrote or called is no answer of ours.
    select * from {{ ref('int_touchpoints__sales_activities') }}
    where coalesce(direction, '') not in ('inbound', 'incoming_email')
),

settings as (
    select * from {{ ref('stg_config__routing') }}
),

open_hours as (
    select * from {{ ref('int_routing__open_hours') }}
),

first_touches as (
    select
        requests.lead_id,
        min(activities.occurred_at) as touched_at
    from requests
    inner join activities
        on
            requests.person_id = activities.person_id
            and requests.arrived_at <= activities.occurred_at
    group by requests.lead_id
),

told as (
    select
        lead_id,
        'arrived' as moment,
        arrived_at as happened_at
    from requests
    union all
    select
        lead_id,
        'assigned' as moment,
        assigned_at as happened_at
    from assignments
    union all
    select
        lead_id,
        'reached_required' as moment,
        reached_required_at as happened_at
    from assignments
    union all
    select
        lead_id,
        'touched' as moment,
        touched_at as happened_at
    from first_touches
    union all
    select
        lead_id,
        'as_of' as moment,
        {{ as_of() }} as happened_at
    from requests
),

timed as (
    select
        told.lead_id,
        told.moment,
        told.happened_at,
        coalesce(decisions.calendar, settings.calendar) as calendar
    from told
    left join decisions on told.lead_id = decisions.lead_id
    cross join settings
    where told.happened_at is not null
)

select
    timed.lead_id,
    timed.moment,
    timed.calendar,
    timed.happened_at,
    open_hours.open_seconds_before
    + least({{ epoch_seconds('timed.happened_at') }}, {{ epoch_seconds('open_hours.closes_at') }})
    - {{ epoch_seconds('open_hours.opens_at') }} as business_seconds
from timed
inner join open_hours
    on
        timed.calendar = open_hours.calendar
        and timed.happened_at >= open_hours.opens_at
        and timed.happened_at < open_hours.next_opens_at

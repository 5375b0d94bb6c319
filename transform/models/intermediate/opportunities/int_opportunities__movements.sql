with states as (
    select
        *,
        {{ month_of('valid_from_on') }} as month,
        -- A value that nobody stated is none; one without a rate is unknown, and stays null.
        case when value_amount is null then 0 else open_amount_reporting end as open_value,
        case when value_amount is null then 0 else closed_amount_reporting end as closed_value
    from {{ ref('int_opportunities__states') }}
),

judged as (
    -- Due: expected to close by the end of the month of the movement, or overdue already.
    select
        *,
        coalesce(
            expected_close_on < {{ month_of(add_days('month', 31)) }}, false
        ) as is_due,
        lag(expected_close_on) over (partition by opportunity_id order by state_no)
            as previous_close_on,
        lag(lifecycle_stage) over (partition by opportunity_id order by state_no)
            as previous_stage,
        lag(open_value) over (partition by opportunity_id order by state_no) as previous_value
    from states
),

steps as (
    select
        *,
        coalesce(previous_stage = 'opportunity', false) as was_open,
        coalesce(previous_stage, 'none') <> 'opportunity'
        and coalesce(previous_stage, 'none') <> lifecycle_stage as has_arrived,
        coalesce(
            previous_close_on < {{ month_of(add_days('month', 31)) }}, false
        ) as was_due,
        coalesce(open_value, 0) - coalesce(previous_value, 0) as gain,
        open_value is null or previous_value is null as is_unknown
    from judged
),

movements as (
    -- What comes: also a deal that was closed when it was written down, or lost and then won.
    select
        *,
        case when previous_stage is null then 'new' else 'reopened' end as movement,
        coalesce(open_value, 0) as amount,
        is_due as is_of_due
    from steps
    where has_arrived
    union all
    select
        *,
        case when is_unknown then 'rate_change' when gain > 0 then 'up' else 'down' end as movement,
        gain as amount,
        was_due as is_of_due
    from steps
    where was_open and gain <> 0
    union all
    -- A date that is set by the closing itself is no slip.
    select
        *,
        case when was_due then 'slipped' else 'pulled_in' end as movement,
        case when was_due then -coalesce(open_value, 0) else coalesce(open_value, 0) end as amount,
        true as is_of_due
    from steps
    where was_open and is_open and was_due <> is_due
    union all
    -- From the rate of the creation to that of the closing.
    select
        *,
        'rate_change' as movement,
        coalesce(closed_value, 0) - coalesce(open_value, 0) as amount,
        case when was_open then was_due else is_due end as is_of_due
    from steps
    where
        (was_open or has_arrived)
        and not is_open
        and coalesce(closed_value, 0) <> coalesce(open_value, 0)
    union all
    select
        *,
        lifecycle_stage as movement,
        -coalesce(closed_value, 0) as amount,
        case when was_open then was_due else is_due end as is_of_due
    from steps
    where (was_open or has_arrived) and not is_open
)

select
    opportunity_id,
    state_no,
    movement,
    month,
    -- What only moves in time stays in the pipeline.
    cast(
        sum(case when movement in ('slipped', 'pulled_in') then 0 else amount end)
        as decimal(18, 2)
    ) as amount_reporting,
    cast(sum(case when is_of_due then amount else 0 end) as decimal(18, 2))
        as due_amount_reporting,
    case when is_open then open_value else closed_value end is null as is_rate_missing,
    is_value_stated,
    valid_from as moved_at
from movements
group by
    opportunity_id,
    state_no,
    movement,
    month,
    is_open,
    open_value,
    closed_value,
    is_value_stated,
    valid_from

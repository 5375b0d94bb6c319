with states as (
    select * from {{ ref('int_opportunities__states') }}
    where is_open
),

company as (
    select * from {{ ref('stg_config__company') }}
),

bounds as (
    select
        min(states.valid_from_on) as first_day,
        max({{ date_in_zone(as_of(), 'company.reporting_time_zone') }}) as last_day
    from states
    cross join company
),

days as (
    {{ day_spine(
        '(select bounds.first_day from bounds)', '(select bounds.last_day from bounds)'
    ) }}
),

months as (
    -- The last day of each month, of the one under way the day of as_of.
    select
        {{ month_of('date_day') }} as month,
        max(date_day) as ends_on
    from days
    group by {{ month_of('date_day') }}
)

select
    states.opportunity_id,
    months.month,
    states.state_no,
    cast(coalesce(states.open_amount_reporting, 0) as decimal(18, 2)) as amount_reporting,
    coalesce(
        states.expected_close_on < {{ month_of(add_days('months.month', 31)) }}, false
    ) as is_due,
    coalesce(
        states.expected_close_on < {{ month_of(add_days('months.month', 62)) }}, false
    ) as is_due_next,
    states.value_amount is not null and states.open_amount_reporting is null as is_rate_missing,
    states.is_value_stated
from months
inner join states
    on
        months.ends_on >= states.valid_from_on
        and (states.valid_to_on is null or months.ends_on < states.valid_to_on)

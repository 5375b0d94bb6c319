with company as (
    select * from {{ ref('stg_config__company') }}
),

bounds as (
    select
        min(states.valid_from_on) as first_day,
        max({{ date_in_zone(as_of(), 'company.reporting_time_zone') }}) as last_day
    from {{ ref('int_opportunities__states') }} as states
    cross join company
),

days as (
    {{ day_spine(
        '(select bounds.first_day from bounds)', '(select bounds.last_day from bounds)'
    ) }}
),

months as (
    select
        {{ month_of('date_day') }} as month,
        max(date_day) as ends_on
    from days
    group by {{ month_of('date_day') }}
)

select
    month,
    ends_on,
    {{ month_of(add_days('month', 31)) }} as next_month,
    row_number() over (order by month) as month_number,
    {{ month_of(add_days('month', 31)) }} <= {{ date_of(as_of()) }} as is_complete
from months

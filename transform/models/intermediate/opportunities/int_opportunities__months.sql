with company as (
    select * from {{ ref('stg_config__company') }}
),

loads as (
    select min({{ date_in_zone('versions.loaded_at', 'company.reporting_time_zone') }}) as first_day
    from {{ ref('int_opportunities__versions') }} as versions
    cross join company
    where versions.is_loaded
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
    months.month,
    months.ends_on,
    {{ month_of(add_days('months.month', 31)) }} as next_month,
    row_number() over (order by months.month) as month_number,
    months.month >= loads.first_day as is_observed,
    {{ month_of(add_days('months.month', 31)) }} <= bounds.last_day as is_complete
from months
cross join bounds
cross join loads

with windows as (
    select * from {{ ref('int_opportunities__windows') }}
    where is_created_within
),

moments as (
    select
        month,
        window_months,
        segment,
        days_observed,
        sum(case when is_closed_within then 1 else 0 end) as arrivals,
        count(*) as leavers
    from windows
    group by month, window_months, segment, days_observed
),

at_risk as (
    select
        *,
        sum(leavers) over (
            partition by month, window_months, segment
            order by days_observed desc
            rows between unbounded preceding and current row
        ) as open_before
    from moments
),

survival as (
    select
        *,
        {{ surviving_share(['month', 'window_months', 'segment'], 'days_observed') }}
            as surviving_share
    from at_risk
)

select
    month,
    window_months,
    segment,
    {{ moment_of_share('days_observed', 0.5) }} as median_days
from survival
group by month, window_months, segment

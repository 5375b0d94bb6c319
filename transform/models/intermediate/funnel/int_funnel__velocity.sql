with transitions as (
    -- An imputed instant says nothing of speed; a record that has not moved yet is censored.
    select * from {{ ref('int_funnel__transitions') }}
    where not is_from_inferred and not is_to_inferred and days_observed >= 0
),

moments as (
    select
        cohort_month,
        segment,
        from_stage,
        to_stage,
        days_observed,
        sum(case when is_reached then 1 else 0 end) as arrivals,
        count(*) as leavers
    from transitions
    group by cohort_month, segment, from_stage, to_stage, days_observed
),

at_risk as (
    select
        *,
        sum(leavers) over (
            partition by cohort_month, segment, from_stage, to_stage
            order by days_observed desc
            rows between unbounded preceding and current row
        ) as open_before
    from moments
),

survival as (
    select
        *,
        {{ surviving_share(
            ['cohort_month', 'segment', 'from_stage', 'to_stage'], 'days_observed'
        ) }} as surviving_share
    from at_risk
)

select
    cohort_month,
    segment,
    from_stage,
    to_stage,
    {{ moment_of_share('days_observed', 0.5) }} as p50_days,
    {{ moment_of_share('days_observed', 0.75) }} as p75_days,
    {{ moment_of_share('days_observed', 0.9) }} as p90_days
from survival
group by cohort_month, segment, from_stage, to_stage

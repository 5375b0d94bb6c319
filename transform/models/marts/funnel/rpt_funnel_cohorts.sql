with transitions as (
    select * from {{ ref('int_funnel__transitions') }}
),

velocity as (
    select * from {{ ref('int_funnel__velocity') }}
),

windows as (
    select 30 as window_days
    union all
    select 90 as window_days
    union all
    select 180 as window_days
    union all
    select 365 as window_days
),

judged as (
    select
        transitions.*,
        windows.window_days,
        transitions.is_reached
        and transitions.days_observed <= windows.window_days as is_in_window
    from transitions
    cross join windows
),

cohorts as (
    select
        cohort_month,
        segment,
        from_stage,
        to_stage,
        window_days,
        min(entity_type) as entity_type,
        count(*) as entered,
        sum(case when is_from_inferred then 0 else 1 end) as entered_observed,
        sum(case when is_in_window then 1 else 0 end) as reached,
        sum(
            case
                when is_in_window and not is_from_inferred and not is_to_inferred then 1
                else 0
            end
        ) as reached_observed
    from judged
    group by cohort_month, segment, from_stage, to_stage, window_days
)

select
    cohorts.cohort_month,
    cohorts.segment,
    cohorts.from_stage,
    cohorts.to_stage,
    cast(cohorts.window_days as bigint) as window_days,
    cohorts.entity_type,
    cast(cohorts.entered as bigint) as entered,
    cast(cohorts.entered_observed as bigint) as entered_observed,
    cast(cohorts.reached as bigint) as reached,
    cast(cohorts.reached_observed as bigint) as reached_observed,
    cast(cohorts.reached as double) / nullif(cohorts.entered, 0) as conversion_rate,
    -- Mature: the whole month and the whole window have passed; 31 days bound any month.
    {{ add_days('cast(cohorts.cohort_month as timestamp)', 'cohorts.window_days + 31') }}
    <= {{ as_of() }} as is_mature,
    velocity.p50_days,
    velocity.p75_days,
    velocity.p90_days
from cohorts
left join velocity
    on
        cohorts.cohort_month = velocity.cohort_month
        and cohorts.segment = velocity.segment
        and cohorts.from_stage = velocity.from_stage
        and cohorts.to_stage = velocity.to_stage

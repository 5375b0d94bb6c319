with cohorts as (
    select
        cohort_month,
        segment,
        from_stage,
        to_stage,
        max(entered) as entered
    from {{ ref('rpt_funnel_cohorts') }}
    group by cohort_month, segment, from_stage, to_stage
)

select
    periods.month,
    periods.segment,
    periods.from_stage,
    periods.to_stage
from {{ ref('rpt_funnel_periods') }} as periods
left join cohorts
    on
        periods.month = cohorts.cohort_month
        and periods.segment = cohorts.segment
        and periods.from_stage = cohorts.from_stage
        and periods.to_stage = cohorts.to_stage
where periods.from_entries <> coalesce(cohorts.entered, 0)

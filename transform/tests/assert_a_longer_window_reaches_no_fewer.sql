select
    shorter.cohort_month,
    shorter.segment,
    shorter.from_stage,
    shorter.to_stage,
    shorter.window_days
from {{ ref('rpt_funnel_cohorts') }} as shorter
inner join {{ ref('rpt_funnel_cohorts') }} as longer
    on
        shorter.cohort_month = longer.cohort_month
        and shorter.segment = longer.segment
        and shorter.from_stage = longer.from_stage
        and shorter.to_stage = longer.to_stage
        and shorter.window_days < longer.window_days
where
    shorter.reached > longer.reached
    or shorter.entered <> longer.entered
    or (longer.is_mature and not shorter.is_mature)

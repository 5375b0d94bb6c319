select
    cohort_month,
    segment,
    from_stage,
    to_stage,
    window_days
from {{ ref('rpt_funnel_cohorts') }}
where
    reached > entered
    or reached_observed > reached
    or entered_observed > entered

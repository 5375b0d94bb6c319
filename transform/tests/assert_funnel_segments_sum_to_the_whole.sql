select
    cohort_month,
    from_stage,
    to_stage,
    window_days
from {{ ref('rpt_funnel_cohorts') }}
group by cohort_month, from_stage, to_stage, window_days
having
    sum(case when segment = '(all)' then entered else -entered end) <> 0
    or sum(case when segment = '(all)' then reached else -reached end) <> 0

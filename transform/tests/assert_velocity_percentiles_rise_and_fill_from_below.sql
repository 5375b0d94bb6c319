-- A percentile that censored records leave out of reach is null, and so is every higher one.
select
    cohort_month,
    segment,
    from_stage,
    to_stage,
    p50_days,
    p75_days,
    p90_days
from {{ ref('rpt_funnel_cohorts') }}
where
    p50_days < 0
    or p50_days > p75_days
    or p75_days > p90_days
    or (p50_days is null and p75_days is not null)
    or (p75_days is null and p90_days is not null)

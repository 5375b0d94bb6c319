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
    -- Kaplan-Meier: the product of (1 - arrivals / open) over the moments so far. The last open
    -- record's arrival makes it 0, which a logarithm cannot hold.
    select
        *,
        case
            when arrivals = open_before then 0.0
            else exp(
                sum(
                    case
                        when arrivals < open_before
                            then ln(1.0 - cast(arrivals as double) / open_before)
                        else 0.0
                    end
                ) over (
                    partition by cohort_month, segment, from_stage, to_stage
                    order by days_observed
                    rows between unbounded preceding and current row
                )
            )
        end as surviving_share
    from at_risk
)

select
    cohort_month,
    segment,
    from_stage,
    to_stage,
    -- A billionth of slack: three quarters of two thirds is one half, whatever binary says.
    min(case when surviving_share <= 0.5 + 1e-9 then days_observed end) as p50_days,
    min(case when surviving_share <= 0.25 + 1e-9 then days_observed end) as p75_days,
    min(case when surviving_share <= 0.1 + 1e-9 then days_observed end) as p90_days
from survival
group by cohort_month, segment, from_stage, to_stage

{{ config(materialized='view') }}
-- Of KPIs that are no sum of days: their value as a week ends.
with weeks as (
    select * from {{ ref('int_reporting__weeks') }}
),

judgements as (
    select
        weeks.week_starts_on,
        scores.day,
        sum(scores.score * scores.records) as points,
        sum(scores.records) as records,
        row_number() over (partition by weeks.week_starts_on order by scores.day desc) as place
    from {{ ref('int_quality__record_scores') }} as scores
    inner join weeks
        on
            scores.day >= weeks.week_starts_on
            and scores.day <= weeks.week_ends_on
    group by weeks.week_starts_on, scores.day
),

-- As it stands now: what was on record in an earlier week is not kept.
consent as (
    select
        weeks.week_starts_on,
        sum(case when states.is_on_record then 1 else 0 end) as on_record,
        count(*) as persons
    from {{ ref('int_consent__states') }} as states
    inner join weeks on not weeks.is_complete
    where states.channel = 'email' and states.purpose = 'marketing'
    group by weeks.week_starts_on
),

pacing as (
    select
        weeks.week_starts_on,
        months.actual_amount_reporting,
        months.plan_to_date_amount_reporting
    from {{ ref('int_budgets__months') }} as months
    inner join weeks on {{ month_of('weeks.week_ends_on') }} = months.month
    where months.channel = '(all)' and months.plan_to_date_amount_reporting > 0
),

returns as (
    select
        weeks.week_starts_on,
        acquisition.covered_value,
        acquisition.gross_margin,
        acquisition.sales_marketing_cost,
        row_number() over (
            partition by weeks.week_starts_on order by acquisition.month desc
        ) as place
    from {{ ref('int_reporting__acquisition') }} as acquisition
    inner join weeks
        on {{ month_of('weeks.week_ends_on') }} > acquisition.month
    where
        acquisition.is_complete
        and acquisition.gross_margin is not null
        and acquisition.sales_marketing_cost > 0
)

select
    'data_quality_score' as kpi_id,
    week_starts_on,
    points as numerator,
    cast(records as double) as denominator,
    points / records as value
from judgements
where place = 1 and records > 0
union all
select
    'budget_pacing' as kpi_id,
    week_starts_on,
    cast(actual_amount_reporting as double) as numerator,
    cast(plan_to_date_amount_reporting as double) as denominator,
    cast(actual_amount_reporting as double) / cast(plan_to_date_amount_reporting as double)
        as value
from pacing
union all
select
    'consent_coverage' as kpi_id,
    week_starts_on,
    cast(on_record as double) as numerator,
    cast(persons as double) as denominator,
    cast(on_record as double) / persons as value
from consent
union all
select
    'roi' as kpi_id,
    week_starts_on,
    cast(covered_value as double) * gross_margin - cast(sales_marketing_cost as double)
        as numerator,
    cast(sales_marketing_cost as double) as denominator,
    (cast(covered_value as double) * gross_margin - cast(sales_marketing_cost as double))
    / cast(sales_marketing_cost as double) as value
from returns
where place = 1

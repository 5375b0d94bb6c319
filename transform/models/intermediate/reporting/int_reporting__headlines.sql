with metrics as (
    select * from {{ ref('headline_metrics') }}
),

measures as (
    select * from {{ ref('int_reporting__return_days') }}
    union all
    select * from {{ ref('int_reporting__sales_days') }}
),

periods as (
    select * from {{ ref('int_reporting__periods') }}
),

provisional as (
    select min(reported_on) as provisional_from
    from {{ ref('int_ads__ad_days') }}
    where not is_final
),

company as (
    select * from {{ ref('stg_config__company') }}
),

sides as (
    select
        metrics.metric,
        measures.segment,
        measures.date_day,
        measures.amount as numerator,
        cast(0 as decimal(28, 6)) as denominator,
        'numerator' as side
    from metrics
    inner join measures on metrics.numerator = measures.measure
    union all
    select
        metrics.metric,
        measures.segment,
        measures.date_day,
        cast(0 as decimal(28, 6)) as numerator,
        measures.amount as denominator,
        'denominator' as side
    from metrics
    inner join measures on metrics.denominator = measures.measure
),

side_starts as (
    select
        metric,
        segment,
        side,
        min(date_day) as first_on
    from sides
    group by metric, segment, side
),

starts as (
    -- A ratio exists where both its sides do, and from the day on when both do.
    select
        side_starts.metric,
        side_starts.segment,
        max(side_starts.first_on) as first_on
    from side_starts
    inner join metrics on side_starts.metric = metrics.metric
    group by side_starts.metric, side_starts.segment, metrics.denominator
    having count(*) = case when metrics.denominator is null then 1 else 2 end
),

summed as (
    -- A period before the history begins is unknown; one inside it without rows is zero.
    select
        starts.metric,
        starts.segment,
        starts.first_on,
        periods.period,
        periods.starts_on,
        periods.ends_on,
        periods.previous_starts_on,
        periods.is_complete,
        sum(case when sides.date_day >= periods.starts_on then sides.numerator else 0 end)
            as numerator,
        sum(case when sides.date_day >= periods.starts_on then sides.denominator else 0 end)
            as denominator,
        sum(case when sides.date_day <= periods.previous_ends_on then sides.numerator else 0 end)
            as previous_numerator,
        sum(case when sides.date_day <= periods.previous_ends_on then sides.denominator else 0 end)
            as previous_denominator
    from starts
    inner join periods on starts.first_on <= periods.ends_on
    left join sides
        on
            starts.metric = sides.metric
            and starts.segment = sides.segment
            and coalesce(periods.previous_starts_on, periods.starts_on) <= sides.date_day
            and periods.ends_on >= sides.date_day
    group by
        starts.metric,
        starts.segment,
        starts.first_on,
        periods.period,
        periods.starts_on,
        periods.ends_on,
        periods.previous_starts_on,
        periods.is_complete
)

select
    summed.*,
    metrics.title,
    metrics.unit,
    metrics.better_when,
    metrics.definition,
    metrics.denominator is not null as is_ratio,
    company.reporting_currency,
    metrics.is_restated
    and summed.ends_on >= coalesce(provisional.provisional_from, {{ date_of(as_of()) }})
        as is_provisional
from summed
inner join metrics on summed.metric = metrics.metric
cross join provisional
cross join company

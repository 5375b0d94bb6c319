with paths as (
    select * from {{ ref('int_attribution__paths') }}
),

summed as (
    select
        stage,
        touches,
        sum(case when is_reversal then 0 else 1 end) as conversions,
        sum(coalesce(value_amount_reporting, 0)) as value_amount_reporting,
        {{ percentile('case when not is_reversal then days_to_convert end', 0.5) }} as median_days,
        max(case when is_rate_missing then 1 else 0 end) = 1 as is_value_rate_missing
    from paths
    group by stage, touches
),

totals as (
    select
        *,
        sum(conversions) over (partition by stage) as all_conversions,
        sum(value_amount_reporting) over (partition by stage) as all_value,
        sum(case when touches = 0 then 0 else conversions end) over (partition by stage)
            as covered_conversions,
        sum(case when touches = 0 then 0 else value_amount_reporting end) over (
            partition by stage
        ) as covered_value
    from summed
)

select
    stage,
    cast(touches as bigint) as touches,
    cast(conversions as bigint) as conversions,
    cast(conversions as double) / nullif(cast(all_conversions as double), 0)
        as conversion_share,
    cast(value_amount_reporting as decimal(18, 2)) as value_amount_reporting,
    cast(value_amount_reporting as double) / nullif(cast(all_value as double), 0) as value_share,
    median_days,
    cast(covered_conversions as double) / nullif(cast(all_conversions as double), 0)
        as coverage_share,
    cast(covered_value as double) / nullif(cast(all_value as double), 0) as value_coverage_share,
    is_value_rate_missing
from totals

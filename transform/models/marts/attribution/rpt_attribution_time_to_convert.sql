with paths as (
    select * from {{ ref('int_attribution__paths') }}
),

buckets as (
    select * from {{ ref('int_attribution__day_buckets') }}
),

stages as (
    select
        stage,
        {{ percentile('case when not is_reversal then days_to_convert end', 0.5) }} as p50_days,
        {{ percentile('case when not is_reversal then days_to_convert end', 0.75) }} as p75_days,
        {{ percentile('case when not is_reversal then days_to_convert end', 0.9) }} as p90_days
    from paths
    group by stage
),

summed as (
    -- A bucket that holds no conversion has its row too.
    select
        stages.stage,
        buckets.time_bucket,
        buckets.from_days,
        buckets.until_days,
        stages.p50_days,
        stages.p75_days,
        stages.p90_days,
        sum(case when not paths.is_reversal then 1 else 0 end) as conversions,
        sum(coalesce(paths.value_amount_reporting, 0)) as value_amount_reporting,
        max(case when paths.is_rate_missing then 1 else 0 end) = 1 as is_value_rate_missing
    from stages
    cross join buckets
    left join paths
        on
            stages.stage = paths.stage
            and (
                (buckets.from_days is null and paths.days_to_convert is null)
                or (
                    buckets.from_days <= paths.days_to_convert
                    and (buckets.until_days is null or buckets.until_days > paths.days_to_convert)
                )
            )
    group by
        stages.stage,
        buckets.time_bucket,
        buckets.from_days,
        buckets.until_days,
        stages.p50_days,
        stages.p75_days,
        stages.p90_days
),

totals as (
    select
        *,
        sum(conversions) over (partition by stage) as all_conversions,
        sum(value_amount_reporting) over (partition by stage) as all_value,
        sum(case when time_bucket = '(none)' then 0 else conversions end) over (
            partition by stage
        ) as covered_conversions,
        sum(case when time_bucket = '(none)' then 0 else value_amount_reporting end) over (
            partition by stage
        ) as covered_value
    from summed
)

select
    stage,
    time_bucket,
    from_days,
    until_days,
    cast(conversions as bigint) as conversions,
    cast(conversions as double) / nullif(cast(all_conversions as double), 0)
        as conversion_share,
    cast(value_amount_reporting as decimal(18, 2)) as value_amount_reporting,
    cast(value_amount_reporting as double) / nullif(cast(all_value as double), 0) as value_share,
    p50_days,
    p75_days,
    p90_days,
    cast(covered_conversions as double) / nullif(cast(all_conversions as double), 0)
        as coverage_share,
    cast(covered_value as double) / nullif(cast(all_value as double), 0) as value_coverage_share,
    is_value_rate_missing
from totals

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
        {{ totals_of_slice(['stage'], "time_bucket = '(none)'") }}
    from summed
)

select
    stage,
    time_bucket,
    from_days,
    until_days,
    cast(conversions as bigint) as conversions,
    {{ share_of('conversions', 'all_conversions') }} as conversion_share,
    cast(value_amount_reporting as decimal(18, 2)) as value_amount_reporting,
    {{ share_of('value_amount_reporting', 'all_value') }} as value_share,
    p50_days,
    p75_days,
    p90_days,
    {{ share_of('covered_conversions', 'all_conversions') }} as coverage_share,
    {{ share_of('covered_value', 'all_value') }} as value_coverage_share,
    is_value_rate_missing
from totals

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
        {{ totals_of_slice(['stage'], "touches = 0") }}
    from summed
)

select
    stage,
    cast(touches as bigint) as touches,
    cast(conversions as bigint) as conversions,
    {{ share_of('conversions', 'all_conversions') }} as conversion_share,
    cast(value_amount_reporting as decimal(18, 2)) as value_amount_reporting,
    {{ share_of('value_amount_reporting', 'all_value') }} as value_share,
    median_days,
    {{ share_of('covered_conversions', 'all_conversions') }} as coverage_share,
    {{ share_of('covered_value', 'all_value') }} as value_coverage_share,
    is_value_rate_missing
from totals

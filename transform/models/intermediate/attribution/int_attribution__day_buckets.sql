with starts as (
    select
        from_days,
        lead(from_days) over (order by from_days) as until_days
    from {{ ref('stg_config__attribution_day_buckets') }}
)

select
    case
        when until_days is null then concat(from_days, ' days and more')
        else concat(from_days, ' to ', until_days, ' days')
    end as time_bucket,
    from_days,
    until_days
from starts
union all
select
    '(none)' as time_bucket,
    cast(null as bigint) as from_days,
    cast(null as bigint) as until_days

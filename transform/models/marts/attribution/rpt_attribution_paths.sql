with paths as (
    select * from {{ ref('int_attribution__paths') }}
),

settings as (
    select * from {{ ref('int_attribution__report_settings') }}
),

counted as (
    select
        stage,
        path,
        sum(case when is_reversal then 0 else 1 end) as conversions,
        sum(coalesce(value_amount_reporting, 0)) as value_amount_reporting
    from paths
    group by stage, path
),

ranked as (
    select
        stage,
        path,
        case
            when path <> '(none)'
                then row_number() over (
                    partition by stage, case when path = '(none)' then 1 else 0 end
                    order by conversions desc, value_amount_reporting desc, path asc
                )
        end as path_rank
    from counted
),

listed as (
    select
        paths.stage,
        case
            when paths.path = '(none)' or ranked.path_rank <= settings.top_paths then paths.path
            else '(other paths)'
        end as listed_path,
        case when ranked.path_rank <= settings.top_paths then ranked.path_rank end as path_rank,
        paths.path,
        paths.path_length,
        paths.value_amount_reporting,
        paths.is_rate_missing,
        paths.is_reversal,
        case when not paths.is_reversal then paths.days_to_convert end as days_to_convert
    from paths
    inner join ranked on paths.stage = ranked.stage and paths.path = ranked.path
    cross join settings
),

summed as (
    select
        stage,
        listed_path,
        path_rank,
        count(distinct path) as distinct_paths,
        max(path_length) as path_length,
        sum(case when is_reversal then 0 else 1 end) as conversions,
        sum(coalesce(value_amount_reporting, 0)) as value_amount_reporting,
        {{ percentile('days_to_convert', 0.5) }} as median_days,
        max(case when is_rate_missing then 1 else 0 end) = 1 as is_value_rate_missing
    from listed
    group by stage, listed_path, path_rank
),

totals as (
    select
        *,
        {{ totals_of_slice(['stage'], "listed_path = '(none)'") }}
    from summed
)

select
    stage,
    listed_path as path,
    path_rank,
    case when listed_path <> '(other paths)' then cast(path_length as bigint) end as path_length,
    distinct_paths,
    cast(conversions as bigint) as conversions,
    {{ share_of('conversions', 'all_conversions') }} as conversion_share,
    cast(value_amount_reporting as decimal(18, 2)) as value_amount_reporting,
    {{ share_of('value_amount_reporting', 'all_value') }} as value_share,
    median_days,
    {{ share_of('covered_conversions', 'all_conversions') }} as coverage_share,
    {{ share_of('covered_value', 'all_value') }} as value_coverage_share,
    is_value_rate_missing
from totals

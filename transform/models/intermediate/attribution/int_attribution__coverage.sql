-- What has any touch has one under every model, so coverage belongs to none of them.
with conversions as (
    select * from {{ ref('int_conversions__conversions') }}
),

touched as (
    select distinct conversion_id
    from {{ ref('int_attribution__journeys') }}
    where touchpoint_id <> '(none)'
),

company as (
    select * from {{ ref('stg_config__company') }}
),

-- A refund has the touches of its sale, takes value back and is no second conversion.
judged as (
    select
        {{ date_in_zone('conversions.converted_at', 'company.reporting_time_zone') }} as date_day,
        conversions.stage,
        case when conversions.is_reversal then 0 else 1 end as conversions,
        coalesce(conversions.value_amount_reporting, 0) as value_amount_reporting,
        conversions.is_rate_missing,
        case when touched.conversion_id is null then 0 else 1 end as is_covered
    from conversions
    cross join company
    left join touched
        on
            coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
            = touched.conversion_id
)

select
    date_day,
    stage,
    sum(conversions) as conversions,
    sum(conversions * is_covered) as covered_conversions,
    sum(value_amount_reporting) as value_amount_reporting,
    sum(case when is_covered = 1 then value_amount_reporting else 0 end)
        as covered_value_reporting,
    max(case when is_rate_missing then 1 else 0 end) = 1 as is_value_rate_missing
from judged
group by date_day, stage

with entries as (
    select * from {{ ref('int_content__stage_entries') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

dated as (
    select
        entries.*,
        {{ date_in_zone('entries.entered_at', 'company.reporting_time_zone') }} as entered_on,
        {{ date_in_zone('entries.exited_at', 'company.reporting_time_zone') }} as exited_on
    from entries
    cross join company
),

stages as (
    select
        source,
        stage,
        min(position) as position,
        min(entered_on) as first_on
    from dated
    group by source, stage
),

weeks as (
    select * from {{ ref('int_reporting__weeks') }}
),

spine as (
    select
        stages.source,
        stages.stage,
        stages.position,
        weeks.week_starts_on as week_start_on,
        {{ add_days('weeks.week_starts_on', 7) }} as next_week_on
    from stages
    inner join weeks on stages.first_on <= weeks.week_ends_on
)

select
    spine.week_start_on,
    spine.source,
    spine.stage,
    spine.position,
    sum(
        case
            when dated.entered_on >= spine.week_start_on and dated.entered_on < spine.next_week_on
                then 1
            else 0
        end
    ) as entered,
    sum(
        case
            when dated.exited_on >= spine.week_start_on and dated.exited_on < spine.next_week_on
                then 1
            else 0
        end
    ) as exited,
    sum(
        case
            when
                dated.entered_on < spine.next_week_on
                and (dated.exited_on is null or dated.exited_on >= spine.next_week_on)
                then 1
            else 0
        end
    ) as in_stage,
    {{ percentile(
        'case when dated.exited_on >= spine.week_start_on and dated.exited_on < spine.next_week_on'
        ~ ' then dated.business_days_in_stage end', 0.5
    ) }} as median_business_days
from spine
left join dated
    on spine.source = dated.source and spine.stage = dated.stage
group by spine.week_start_on, spine.source, spine.stage, spine.position

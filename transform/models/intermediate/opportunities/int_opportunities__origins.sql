with opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
    where not is_reversal
),

company as (
    select * from {{ ref('stg_config__company') }}
),

declared_sources as (
    select * from {{ ref('stg_config__declared_sources') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by opportunity_id
            order by touched_at, touch_type_priority, touchpoint_id
        ) as touch_rank
    from {{ ref('int_opportunities__touches') }}
    where is_before_creation
),

first_touches as (
    select * from ranked
    where touch_rank = 1
)

select
    opportunities.opportunity_id,
    first_touches.touchpoint_id,
    coalesce(first_touches.touch_class, '(none)') as source_class,
    coalesce(first_touches.channel, '(none)') as channel,
    coalesce(first_touches.campaign_id, '(none)') as campaign_id,
    coalesce(opportunities.source_declared, '(none)') as source_declared,
    case
        when opportunities.source_declared is null then '(none)'
        else coalesce(declared_sources.source_class, '(unmapped)')
    end as declared_class,
    declared_sources.channel as declared_channel,
    declared_sources.source_class = coalesce(first_touches.touch_class, '(none)')
        as is_class_agreed,
    declared_sources.channel = coalesce(first_touches.channel, '(none)') as is_channel_agreed,
    {{ date_in_zone('opportunities.created_at', 'company.reporting_time_zone') }} as created_on
from opportunities
cross join company
left join first_touches on opportunities.opportunity_id = first_touches.opportunity_id
left join declared_sources
    on
        opportunities.source = declared_sources.crm
        and opportunities.source_declared = declared_sources.source_declared

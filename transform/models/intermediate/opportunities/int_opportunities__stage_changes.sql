with deals as (
    select * from {{ ref('int_opportunities__deals') }}
),

changes as (
    {% for system in var('crm_systems') %}
        select
            source,
            source_record_id,
            stage_native,
            changed_at,
            change_id
        from {{ ref('stg_' ~ system ~ '__stage_changes') }}
        where object = 'deals'
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

deal_stages as (
    select * from {{ ref('int_opportunities__deal_stages') }}
),

funnel_stages as (
    select * from {{ ref('stg_config__funnel_stages') }}
    where object = 'deals'
)

select
    deals.opportunity_id,
    changes.change_id,
    row_number() over (
        partition by deals.opportunity_id order by changes.changed_at, changes.change_id
    ) as change_number,
    coalesce(deal_stages.label, changes.stage_native) as stage_label,
    coalesce(funnel_stages.stage, deal_stages.closed_as, 'opportunity') as lifecycle_stage,
    changes.changed_at
from deals
inner join changes
    on deals.source = changes.source and deals.source_record_id = changes.source_record_id
left join deal_stages
    on
        deals.source = deal_stages.source
        and deals.pipeline_native = deal_stages.pipeline_native
        and changes.stage_native = deal_stages.stage_native
left join funnel_stages
    on deals.source = funnel_stages.crm and changes.stage_native = funnel_stages.native_stage
where changes.changed_at <= {{ as_of() }}

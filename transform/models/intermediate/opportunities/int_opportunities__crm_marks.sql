-- What a head of sales sums in the CRM: its own mark of a win, its own closing day. A stage that
-- the CRM does not list is as it is mapped.
with records as (
    select * from {{ ref('int_opportunities__records') }}
),

deal_stages as (
    select * from {{ ref('int_opportunities__deal_stages') }}
),

funnel_stages as (
    select * from {{ ref('stg_config__funnel_stages') }}
    where object = 'deals'
),

company as (
    select * from {{ ref('stg_config__company') }}
)

select
    records.source,
    records.source_record_id,
    records.opportunity_id,
    records.record_rank,
    coalesce(records.amount, 0) as amount,
    coalesce(records.currency_code, company.reporting_currency) as currency_code,
    not records.is_gone
    and coalesce(
        deal_stages.is_closed and deal_stages.probability >= 1,
        funnel_stages.stage = 'won',
        false
    ) as is_won_in_crm,
    leaders.is_gone as is_leader_gone,
    records.created_at > {{ as_of() }} as is_later,
    coalesce(
        records.closed_on,
        {{ date_in_zone('records.closed_at', 'company.reporting_time_zone') }}
    ) as closed_on,
    {{ date_in_zone('records.created_at', 'company.reporting_time_zone') }} as created_on
from records
cross join company
inner join records as leaders
    on records.opportunity_id = leaders.opportunity_id and leaders.record_rank = 1
left join deal_stages
    on
        records.source = deal_stages.source
        and records.pipeline_native = deal_stages.pipeline_native
        and records.stage_native = deal_stages.stage_native
left join funnel_stages
    on records.source = funnel_stages.crm and records.stage_native = funnel_stages.native_stage

-- Two books of the same sales: what each CRM itself counts as won, by its own stage, amount and
-- closing day, and what we count. A record that is dated otherwise stands in two months.
with records as (
    select * from {{ ref('int_opportunities__records') }}
),

opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
),

deal_stages as (
    {% for system in var('crm_systems') %}
        select
            source,
            pipeline_native,
            stage_native,
            is_closed,
            probability
        from {{ ref('stg_' ~ system ~ '__deal_stages') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

funnel_stages as (
    select * from {{ ref('stg_config__funnel_stages') }}
    where object = 'deals'
),

company as (
    select * from {{ ref('stg_config__company') }}
),

counted as (
    select
        opportunities.*,
        {{ date_in_zone(
            'coalesce(opportunities.closed_at, opportunities.created_at)',
            'company.reporting_time_zone'
        ) }} as won_on
    from opportunities
    cross join company
    where opportunities.is_won
),

judged as (
    -- The CRM's own marks say what it calls won; a stage that it does not list is as it is mapped.
    select
        records.source,
        records.source_record_id,
        records.opportunity_id,
        records.record_rank,
        records.amount,
        coalesce(records.currency_code, company.reporting_currency) as currency_code,
        records.created_at > {{ as_of() }} as is_later,
        not records.is_gone
        and coalesce(
            deal_stages.is_closed and deal_stages.probability >= 1,
            funnel_stages.stage = 'won',
            false
        ) as is_won_in_crm,
        leaders.is_gone as is_leader_gone,
        -- A CRM that states no day has no other than ours.
        coalesce(
            records.closed_on,
            {{ date_in_zone('records.closed_at', 'company.reporting_time_zone') }},
            counted.won_on,
            {{ date_in_zone('records.created_at', 'company.reporting_time_zone') }}
        ) as closed_on
    from records
    cross join company
    inner join records as leaders
        on records.opportunity_id = leaders.opportunity_id and leaders.record_rank = 1
    left join counted
        on records.opportunity_id = counted.opportunity_id and records.record_rank = 1
    left join deal_stages
        on
            records.source = deal_stages.source
            and records.pipeline_native = deal_stages.pipeline_native
            and records.stage_native = deal_stages.stage_native
    left join funnel_stages
        on records.source = funnel_stages.crm and records.stage_native = funnel_stages.native_stage
),

sides as (
    select
        source,
        source_record_id,
        {{ month_of('closed_on') }} as won_month,
        currency_code,
        1 as crm_deals,
        coalesce(amount, 0) as crm_value,
        0 as own_deals,
        cast(0 as decimal(18, 2)) as own_value
    from judged
    where is_won_in_crm
    union all
    select
        source,
        source_record_id,
        {{ month_of('won_on') }} as won_month,
        currency_code,
        0 as crm_deals,
        cast(0 as decimal(18, 2)) as crm_value,
        1 as own_deals,
        coalesce(value_amount, 0) as own_value
    from counted
),

compared as (
    select
        source,
        source_record_id,
        won_month,
        currency_code,
        sum(crm_deals) as crm_deals,
        sum(crm_value) as crm_value,
        sum(own_deals) as own_deals,
        sum(own_value) as own_value
    from sides
    group by source, source_record_id, won_month, currency_code
)

select
    compared.source,
    compared.source_record_id,
    judged.opportunity_id,
    compared.won_month,
    compared.currency_code,
    compared.crm_deals,
    compared.crm_value,
    compared.own_deals,
    compared.own_value,
    case when compared.own_deals > 0 then counted.value_amount_reporting end
        as own_value_reporting,
    case
        when compared.crm_deals = compared.own_deals and compared.crm_value = compared.own_value
            then case
                when counted.value_amount is not null and counted.fx_rate is null
                    then 'rate missing'
            end
        when judged.record_rank > 1 and judged.is_leader_gone
            then 'copy of a record that is deleted in the CRM that counts'
        when judged.record_rank > 1 then 'copy of an opportunity that another CRM holds'
        when judged.is_later then 'created after as_of'
        when counted.opportunity_id is null then 'won in the CRM, mapped to another stage here'
        when not judged.is_won_in_crm then 'not won in the CRM, mapped to won here'
        else 'closed in another month by its stage history'
    end as reason,
    coalesce(counted.is_reversal, false) as is_reversal
from compared
inner join judged
    on
        compared.source = judged.source
        and compared.source_record_id = judged.source_record_id
left join counted
    on judged.opportunity_id = counted.opportunity_id and judged.record_rank = 1

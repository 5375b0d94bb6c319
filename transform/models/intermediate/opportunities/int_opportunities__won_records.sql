-- Two books of the same sales: what each CRM itself counts as won, and what we count. A record that
-- the two date otherwise stands in two months.
with marks as (
    select * from {{ ref('int_opportunities__crm_marks') }}
),

opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
    where is_won
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
),

sides as (
    -- A CRM that states no day has no other than ours.
    select
        marks.source,
        marks.source_record_id,
        {{ month_of('coalesce(marks.closed_on, counted.won_on, marks.created_on)') }} as won_month,
        marks.currency_code,
        1 as crm_deals,
        marks.amount as crm_value,
        0 as own_deals,
        cast(0 as decimal(18, 2)) as own_value
    from marks
    left join counted
        on marks.opportunity_id = counted.opportunity_id and marks.record_rank = 1
    where marks.is_won_in_crm
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
    marks.opportunity_id,
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
        when marks.record_rank > 1 and marks.is_leader_gone
            then 'copy of a record that is deleted in the CRM that counts'
        when marks.record_rank > 1 then 'copy of an opportunity that another CRM holds'
        when marks.is_later then 'created after as_of'
        when counted.opportunity_id is null then 'won in the CRM, mapped to another stage here'
        when not marks.is_won_in_crm then 'not won in the CRM, mapped to won here'
        else 'closed in another month by its stage history'
    end as reason,
    coalesce(counted.is_reversal, false) as is_reversal
from compared
inner join marks
    on
        compared.source = marks.source
        and compared.source_record_id = marks.source_record_id
left join counted
    on marks.opportunity_id = counted.opportunity_id and marks.record_rank = 1

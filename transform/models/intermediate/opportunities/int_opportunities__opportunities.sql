{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['opportunity_id'],
    meta={
        'feeds': {'opportunity': ['opportunity_id']}
    }
) }}
with deals as (
    select * from {{ ref('int_opportunities__deals') }}
),

stage_entries as (
    select * from {{ ref('int_opportunities__stage_entries') }}
),

contacts as (
    select * from {{ ref('int_opportunities__contacts') }}
    where role_rank = 1
),

persons as (
    select * from {{ ref('int_identity__persons') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
    where object = 'companies'
),

rates as (
    select * from {{ ref('int_fx__daily_rates') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

latest_entries as (
    -- A deal that was won, reopened and won again is one sale: the last time counts.
    select
        opportunity_id,
        stage,
        cycle_no,
        entered_at,
        row_number() over (
            partition by opportunity_id, stage order by entry_number desc
        ) as recency
    from stage_entries
),

closings as (
    select
        deals.opportunity_id,
        latest_entries.cycle_no as closed_cycle_no,
        latest_entries.entered_at as closed_at
    from deals
    inner join latest_entries
        on
            deals.opportunity_id = latest_entries.opportunity_id
            and deals.lifecycle_stage = latest_entries.stage
            and latest_entries.recency = 1
    where deals.lifecycle_stage <> 'opportunity'
),

dated as (
    select
        deals.*,
        closings.closed_at,
        closings.closed_cycle_no,
        contacts.person_id as primary_person_id,
        coalesce(bridge.account_id, persons.account_id) as account_id,
        company.reporting_currency,
        {{ date_in_zone(
            'coalesce(closings.closed_at, deals.created_at)', 'company.reporting_time_zone'
        ) }} as own_rate_on
    from deals
    cross join company
    left join closings on deals.opportunity_id = closings.opportunity_id
    left join contacts on deals.opportunity_id = contacts.opportunity_id
    left join persons on contacts.person_id = persons.person_id
    left join bridge
        on deals.source = bridge.source and deals.company_record_id = bridge.source_record_id
),

priced as (
    -- A refund takes the account and the rate's day of the sale it reverses.
    select
        dated.*,
        originals.opportunity_id as original_opportunity_id,
        coalesce(originals.own_rate_on, dated.own_rate_on) as rate_on,
        coalesce(dated.account_id, originals.account_id) as buying_account_id
    from dated
    left join dated as originals
        on
            dated.original_record_id is not null
            and dated.original_opportunity_key = originals.opportunity_id
            and dated.opportunity_id <> originals.opportunity_id
)

select
    priced.opportunity_id,
    priced.source,
    priced.source_record_id,
    priced.mirrored_record_ids,
    priced.original_opportunity_id,
    priced.buying_account_id as account_id,
    priced.primary_person_id,
    priced.owner_id,
    priced.pipeline_native as pipeline,
    priced.stage_native,
    priced.stage_label as stage,
    priced.stage_position,
    priced.lifecycle_stage,
    priced.source_declared,
    priced.value_amount,
    priced.currency_code,
    case
        when priced.currency_code = priced.reporting_currency then 1.0 else rates.rate
    end as fx_rate,
    priced.rate_on,
    cast(
        priced.value_amount * case
            when priced.currency_code = priced.reporting_currency then 1.0 else rates.rate
        end as decimal(18, 2)
    ) as value_amount_reporting,
    priced.stage_probability,
    priced.lifecycle_stage = 'opportunity' and not priced.is_reversal as is_open,
    priced.lifecycle_stage = 'won' as is_won,
    priced.lifecycle_stage = 'lost' as is_lost,
    priced.is_reversal,
    priced.created_at,
    priced.closed_at,
    priced.closed_cycle_no
from priced
left join rates
    on priced.rate_on = rates.rate_on and priced.currency_code = rates.from_currency

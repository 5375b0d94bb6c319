{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['conversion_id'],
    meta={
        'feeds': {
            'conversion': ['conversion_id'],
            'original': ['coalesce(reverses_conversion_id, conversion_id)'],
            'month': ['stage', month_of('converted_at')]
        }
    }
) }}
with person_entries as (
    select * from {{ ref('int_funnel__person_entries') }}
    where stage in ('lead', 'mql', 'sql')
),

persons as (
    select * from {{ ref('int_identity__persons') }}
),

opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
),

rates as (
    select * from {{ ref('int_fx__daily_rates') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

person_conversions as (
    select
        {{ surrogate_key([
            'person_entries.person_id',
            'person_entries.stage',
            'person_entries.cycle_no',
            "concat(person_entries.source, ':', person_entries.source_record_id)",
        ]) }} as conversion_id,
        person_entries.stage,
        person_entries.person_id,
        persons.account_id,
        cast(null as varchar) as opportunity_id,
        person_entries.source,
        person_entries.source_record_id,
        person_entries.cycle_no,
        cast(null as decimal(18, 2)) as value_amount,
        cast(null as varchar) as currency_code,
        false as is_reversal,
        cast(null as varchar) as original_opportunity_id,
        person_entries.entered_at as converted_at
    from person_entries
    left join persons on person_entries.person_id = persons.person_id
),

created as (
    select
        opportunities.*,
        'opportunity' as conversion_stage,
        cast(1 as bigint) as conversion_cycle_no,
        opportunities.created_at as converted_at
    from opportunities
    where not opportunities.is_reversal
),

won as (
    select
        opportunities.*,
        'won' as conversion_stage,
        coalesce(opportunities.closed_cycle_no, 1) as conversion_cycle_no,
        coalesce(opportunities.closed_at, opportunities.created_at) as converted_at
    from opportunities
    where opportunities.is_won
),

deal_moments as (
    select * from created
    union all
    select * from won
),

deal_conversions as (
    select
        {{ surrogate_key([
            'opportunity_id',
            'conversion_stage',
            'conversion_cycle_no',
            "concat(source, ':', source_record_id)",
        ]) }} as conversion_id,
        conversion_stage as stage,
        primary_person_id as person_id,
        account_id,
        opportunity_id,
        source,
        source_record_id,
        conversion_cycle_no as cycle_no,
        value_amount,
        currency_code,
        is_reversal,
        original_opportunity_id,
        converted_at
    from deal_moments
),

conversions as (
    select * from person_conversions
    union all
    select * from deal_conversions
),

reversals as (
    select
        conversions.*,
        originals.conversion_id as reverses_conversion_id,
        {{ date_in_zone(
            'coalesce(originals.converted_at, conversions.converted_at)',
            'company.reporting_time_zone'
        ) }} as rate_on,
        company.reporting_currency
    from conversions
    cross join company
    left join deal_conversions as originals
        on
            conversions.is_reversal
            and conversions.stage = originals.stage
            and conversions.original_opportunity_id = originals.opportunity_id
            and not originals.is_reversal
),

priced as (
    -- The rate of the conversion's own day; of the sale's day where it is reversed.
    select
        reversals.*,
        case
            when reversals.currency_code = reversals.reporting_currency then 1.0
            else cast(rates.rate as double)
        end as fx_rate,
        case
            when reversals.currency_code = reversals.reporting_currency then reversals.rate_on
            else rates.quoted_on
        end as fx_quoted_on
    from reversals
    left join rates
        on
            reversals.rate_on = rates.rate_on
            and reversals.currency_code = rates.from_currency
)

select
    conversion_id,
    stage,
    person_id,
    account_id,
    opportunity_id,
    source,
    source_record_id,
    cycle_no,
    value_amount,
    currency_code,
    fx_rate,
    case when currency_code is not null then rate_on end as rate_on,
    fx_quoted_on,
    cast(value_amount * fx_rate as decimal(18, 2)) as value_amount_reporting,
    is_reversal,
    value_amount is not null and fx_rate is null as is_rate_missing,
    reverses_conversion_id,
    converted_at
from priced

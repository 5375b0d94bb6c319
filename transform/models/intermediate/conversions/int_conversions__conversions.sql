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
        cast(null as double) as fx_rate,
        cast(null as date) as rate_on,
        cast(null as decimal(18, 2)) as value_amount_reporting,
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
        created_at as converted_at
    from opportunities
    where not is_reversal
),

won as (
    select
        opportunities.*,
        'won' as conversion_stage,
        coalesce(closed_cycle_no, 1) as conversion_cycle_no,
        coalesce(closed_at, created_at) as converted_at
    from opportunities
    where is_won
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
        cast(fx_rate as double) as fx_rate,
        rate_on,
        value_amount_reporting,
        is_reversal,
        original_opportunity_id,
        converted_at
    from deal_moments
),

conversions as (
    select * from person_conversions
    union all
    select * from deal_conversions
)

select
    conversions.conversion_id,
    conversions.stage,
    conversions.person_id,
    conversions.account_id,
    conversions.opportunity_id,
    conversions.source,
    conversions.source_record_id,
    conversions.cycle_no,
    conversions.value_amount,
    conversions.currency_code,
    conversions.fx_rate,
    conversions.rate_on,
    conversions.value_amount_reporting,
    conversions.is_reversal,
    conversions.value_amount is not null
    and conversions.value_amount_reporting is null as is_rate_missing,
    originals.conversion_id as reverses_conversion_id,
    conversions.converted_at
from conversions
left join deal_conversions as originals
    on
        conversions.is_reversal
        and conversions.stage = originals.stage
        and conversions.original_opportunity_id = originals.opportunity_id
        and not originals.is_reversal

with records as (
    select * from {{ ref('int_opportunities__records') }}
),

deals as (
    select * from records
    where record_rank = 1 and not is_gone and created_at <= {{ as_of() }}
),

copies as (
    select
        opportunity_id,
        {{ ordered_path("concat(source, ':', source_record_id)", 'record_rank', ';') }}
            as mirrored_record_ids
    from records
    where record_rank > 1
    group by opportunity_id
),

-- The sale that a refund takes back, as the record that counts names it, else a copy.
reversed_sales as (
    select
        records.opportunity_id,
        records.original_record_id,
        originals.opportunity_id as original_opportunity_key,
        row_number() over (
            partition by records.opportunity_id order by records.record_rank
        ) as position
    from records
    left join records as originals
        on
            records.source = originals.source
            and records.original_record_id = originals.source_record_id
    where records.original_record_id is not null
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
    deals.opportunity_id,
    deals.source,
    deals.source_record_id,
    copies.mirrored_record_ids,
    reversed_sales.original_record_id,
    deals.company_record_id,
    deals.contact_record_ids,
    reversed_sales.original_opportunity_key,
    case
        when deals.owner_native_id is not null
            then {{ surrogate_key(['deals.source', 'deals.owner_native_id']) }}
    end as owner_id,
    deals.pipeline_native,
    deals.stage_native,
    coalesce(deal_stages.label, deals.stage_native, '(none)') as stage_label,
    coalesce(deal_stages.display_order, 0) as stage_position,
    -- The user's mapping first; else the pipeline's own marks, which are recorded, not guessed.
    coalesce(funnel_stages.stage, deal_stages.closed_as, 'opportunity') as lifecycle_stage,
    deal_stages.probability as stage_probability,
    deals.source_declared,
    deals.amount as value_amount,
    coalesce(deals.currency_code, company.reporting_currency) as currency_code,
    reversed_sales.original_record_id is not null or coalesce(deals.amount, 0) < 0 as is_reversal,
    deals.created_at,
    deals.closed_at as closed_at_declared,
    deals.updated_at
from deals
cross join company
left join copies on deals.opportunity_id = copies.opportunity_id
left join reversed_sales
    on deals.opportunity_id = reversed_sales.opportunity_id and reversed_sales.position = 1
left join deal_stages
    on
        deals.source = deal_stages.source
        and deals.pipeline_native = deal_stages.pipeline_native
        and deals.stage_native = deal_stages.stage_native
left join funnel_stages
    on deals.source = funnel_stages.crm and deals.stage_native = funnel_stages.native_stage

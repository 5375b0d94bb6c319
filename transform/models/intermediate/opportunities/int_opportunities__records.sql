with deals as (
    {% for system in var('crm_systems') %}
        select
            source,
            source_record_id,
            amount,
            currency_code,
            stage_native,
            pipeline_native,
            owner_native_id,
            company_record_id,
            contact_record_ids,
            source_declared,
            original_record_id,
            mirror_source,
            mirror_record_id,
            coalesce(is_deleted, false) or coalesce(is_archived, false) as is_gone,
            created_at,
            closed_at,
            closed_on,
            updated_at
        from {{ ref('stg_' ~ system ~ '__deals') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

systems as (
    select * from {{ ref('stg_config__opportunity_systems') }}
),

currencies as (
    select * from {{ ref('int_hygiene__currencies') }}
),

-- A copy joins the record that it copies where that one was read, else it stands alone.
grouped as (
    select
        deals.*,
        -- What is no currency has no rate either: ISO's own code for that, never the company's.
        case
            when deals.currency_code is not null then coalesce(currencies.currency_code, 'XXX')
        end as currency_normalised,
        coalesce(originals.source, deals.source) as group_source,
        coalesce(originals.source_record_id, deals.source_record_id) as group_record_id,
        coalesce(systems.source_rank, 1000000) as source_rank
    from deals
    left join deals as originals
        on
            deals.mirror_source = originals.source
            and deals.mirror_record_id = originals.source_record_id
    left join systems on deals.source = systems.source
    left join currencies on deals.currency_code = currencies.currency_stated
),

ranked as (
    select
        *,
        row_number() over (
            partition by group_source, group_record_id
            order by source_rank, source, coalesce(created_at, {{ as_of() }}), source_record_id
        ) as record_rank
    from grouped
)

select
    {{ surrogate_key(['counted.source', 'counted.source_record_id']) }} as opportunity_id,
    ranked.record_rank,
    ranked.source,
    ranked.source_record_id,
    ranked.amount,
    ranked.currency_normalised as currency_code,
    ranked.stage_native,
    ranked.pipeline_native,
    ranked.owner_native_id,
    ranked.company_record_id,
    ranked.contact_record_ids,
    ranked.source_declared,
    ranked.original_record_id,
    ranked.is_gone,
    ranked.created_at,
    ranked.closed_at,
    ranked.closed_on,
    ranked.updated_at
from ranked
inner join ranked as counted
    on
        ranked.group_source = counted.group_source
        and ranked.group_record_id = counted.group_record_id
        and counted.record_rank = 1

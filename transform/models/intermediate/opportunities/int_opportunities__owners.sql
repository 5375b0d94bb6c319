with opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
    where owner_id is not null
),

known as (
    {% for system in var('sales_systems') %}
        select
            {{ surrogate_key(['source', 'source_record_id']) }} as owner_id,
            is_active
        from {{ ref('stg_' ~ system ~ '__owners') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

first_deals as (
    select
        owner_id,
        min(created_at) as first_deal_at
    from opportunities
    group by owner_id
),

numbered as (
    -- By their first deal: who joins later gets a later number, and nobody's number moves.
    select
        *,
        row_number() over (order by first_deal_at, owner_id) as position
    from first_deals
)

select
    numbered.owner_id,
    case
        when numbered.position < 10 then concat('Owner 0', cast(numbered.position as varchar))
        else concat('Owner ', cast(numbered.position as varchar))
    end as owner_label,
    known.is_active
from numbered
left join known on numbered.owner_id = known.owner_id

with deal_stages as (
    {% for system in var('crm_systems') %}
        select
            source,
            pipeline_native,
            stage_native,
            label,
            display_order,
            is_closed,
            probability
        from {{ ref('stg_' ~ system ~ '__deal_stages') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    *,
    case
        when is_closed and probability >= 1 then 'won'
        when is_closed then 'lost'
    end as closed_as
from deal_stages

with merged_lists as (
    {% for system in var('crm_systems') %}
        {% for object in ['contacts', 'companies'] %}
            select
                source,
                '{{ object }}' as object,
                source_record_id as winner_record_id,
                merged_record_ids,
                updated_at
            from {{ ref('stg_' ~ system ~ '__' ~ object) }}
            where merged_record_ids is not null
            {{ 'union all' if not loop.last }}
        {% endfor %}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

losers as (
    {{ split_to_rows(
        'merged_lists',
        ['source', 'object', 'winner_record_id', 'updated_at'],
        'merged_record_ids',
        ';'
    ) }}
)

-- A record may be named by each link of a chain; every pair stays, the chain is followed later.
select
    source,
    object,
    piece as loser_record_id,
    winner_record_id,
    max(updated_at) as merged_at
from losers
where piece <> '' and piece <> winner_record_id
group by source, object, piece, winner_record_id

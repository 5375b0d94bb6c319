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
),

pointers as (
    {% for system in var('crm_systems') %}
        select
            source,
            object,
            source_record_id as loser_record_id,
            merged_into_object as winner_object,
            merged_into_record_id as winner_record_id,
            updated_at
        from {{ ref('stg_' ~ system ~ '__contacts') }}
        where merged_into_record_id is not null
        union all
        select
            source,
            'companies' as object,
            source_record_id as loser_record_id,
            merged_into_object as winner_object,
            merged_into_record_id as winner_record_id,
            updated_at
        from {{ ref('stg_' ~ system ~ '__companies') }}
        where merged_into_record_id is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Some CRMs let the winner name its losers, others the loser its winner.
pairs as (
    select
        source,
        object,
        piece as loser_record_id,
        object as winner_object,
        winner_record_id,
        updated_at
    from losers
    union all
    select
        source,
        object,
        loser_record_id,
        winner_object,
        winner_record_id,
        updated_at
    from pointers
)

-- A record may be named by each link of a chain; every pair stays, the chain is followed later.
select
    source,
    object,
    loser_record_id,
    winner_object,
    winner_record_id,
    max(updated_at) as merged_at
from pairs
where loser_record_id <> '' and loser_record_id <> winner_record_id
group by source, object, loser_record_id, winner_object, winner_record_id

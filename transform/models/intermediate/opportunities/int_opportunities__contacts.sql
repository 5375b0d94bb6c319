with deals as (
    select * from {{ ref('int_opportunities__deals') }}
),

-- Copies name contacts too: those of the record that counts come first.
records as (
    select
        records.opportunity_id,
        records.record_rank,
        records.source,
        records.contact_record_ids
    from {{ ref('int_opportunities__records') }} as records
    inner join deals on records.opportunity_id = deals.opportunity_id
    where not records.is_gone
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

pieces as (
    {{ split_to_rows('records',
        ['opportunity_id', 'record_rank', 'source', 'contact_record_ids'],
        'contact_record_ids', ';') }}
),

ranked as (
    select
        pieces.opportunity_id,
        bridge.person_id,
        min(
            pieces.record_rank * 1000000
            + instr(concat(';', pieces.contact_record_ids, ';'), concat(';', pieces.piece, ';'))
        ) as list_position
    from pieces
    inner join bridge
        on
            pieces.source = bridge.source
            and bridge.object in {{ contact_objects() }}
            and pieces.piece = bridge.source_record_id
    where pieces.piece <> '' and bridge.person_id is not null and bridge.kind = 'person'
    group by pieces.opportunity_id, bridge.person_id
)

select
    opportunity_id,
    person_id,
    row_number() over (
        partition by opportunity_id order by list_position, person_id
    ) as role_rank
from ranked

with deals as (
    select
        opportunity_id,
        source,
        contact_record_ids
    from {{ ref('int_opportunities__deals') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

pieces as (
    {{ split_to_rows('deals', ['opportunity_id', 'source', 'contact_record_ids'],
        'contact_record_ids', ';') }}
),

ranked as (
    select
        pieces.opportunity_id,
        bridge.person_id,
        min(instr(concat(';', pieces.contact_record_ids, ';'), concat(';', pieces.piece, ';')))
            as list_position
    from pieces
    inner join bridge
        on
            pieces.source = bridge.source
            and bridge.object = 'contacts'
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

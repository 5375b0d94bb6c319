with contacts as (
    {% for system in var('crm_systems') %}
        select
            source,
            object,
            source_record_id,
            lifecycle_stage_native,
            created_at,
            updated_at
        from {{ ref('stg_' ~ system ~ '__contacts') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

changes as (
    {% for system in var('crm_systems') %}
        select
            source,
            object,
            source_record_id,
            stage_native,
            changed_at,
            change_id
        from {{ ref('stg_' ~ system ~ '__stage_changes') }}
        where object in {{ contact_objects() }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
    where object in {{ contact_objects() }} and kind = 'person' and person_id is not null
),

funnel_stages as (
    select * from {{ ref('stg_config__funnel_stages') }}
    where object in {{ contact_objects() }}
),

recorded as (
    -- Merged records keep their history: the bridge leads each of them to the person.
    select
        changes.source,
        changes.source_record_id,
        bridge.person_id,
        funnel_stages.stage,
        funnel_stages.stage_order,
        changes.change_id,
        changes.changed_at,
        row_number() over (
            partition by changes.source, changes.source_record_id
            order by changes.changed_at, funnel_stages.stage_order, changes.change_id
        ) as change_number,
        row_number() over (
            partition by changes.source, changes.source_record_id
            order by changes.changed_at desc, funnel_stages.stage_order desc, changes.change_id desc
        ) as recency
    from changes
    inner join bridge
        on
            changes.source = bridge.source
            and changes.object = bridge.object
            and changes.source_record_id = bridge.source_record_id
    inner join funnel_stages
        on
            changes.source = funnel_stages.crm
            and changes.object = funnel_stages.object
            and changes.stage_native = funnel_stages.native_stage
    where changes.changed_at <= {{ as_of() }}
),

standing as (
    -- Where the history does not end in the stage the contact has now, or there is none.
    select
        contacts.source,
        contacts.source_record_id,
        bridge.person_id,
        funnel_stages.stage,
        funnel_stages.stage_order,
        '' as change_id,
        case
            when funnel_stages.stage = 'lead' and recorded.change_id is null
                then contacts.created_at
            else least(coalesce(contacts.updated_at, contacts.created_at), {{ as_of() }})
        end as changed_at
    from contacts
    inner join bridge
        on
            contacts.source = bridge.source
            and contacts.object = bridge.object
            and contacts.source_record_id = bridge.source_record_id
    inner join funnel_stages
        on
            contacts.source = funnel_stages.crm
            and contacts.object = funnel_stages.object
            and contacts.lifecycle_stage_native = funnel_stages.native_stage
    left join recorded
        on
            contacts.source = recorded.source
            and contacts.source_record_id = recorded.source_record_id
            and recorded.recency = 1
    where
        (recorded.stage is null or recorded.stage <> funnel_stages.stage)
        and coalesce(contacts.created_at, contacts.updated_at) <= {{ as_of() }}
),

entries as (
    -- A lead begins when its record does; the first entry of a history only says when it was seen.
    select
        recorded.source,
        recorded.source_record_id,
        recorded.person_id,
        recorded.stage,
        recorded.stage_order,
        recorded.change_id,
        recorded.change_number,
        case
            when recorded.change_number = 1 and recorded.stage = 'lead'
                then least(recorded.changed_at, coalesce(contacts.created_at, recorded.changed_at))
            else recorded.changed_at
        end as entered_at
    from recorded
    left join contacts
        on
            recorded.source = contacts.source
            and recorded.source_record_id = contacts.source_record_id
    union all
    select
        source,
        source_record_id,
        person_id,
        stage,
        stage_order,
        change_id,
        1000000 as change_number,
        changed_at as entered_at
    from standing
),

compared as (
    select
        *,
        lag(stage) over (
            partition by source, source_record_id order by entered_at, change_number, change_id
        ) as previous_stage
    from entries
),

moves as (
    select * from compared
    where previous_stage is null or previous_stage <> stage
)

select
    {{ surrogate_key(['source', 'source_record_id', 'entered_at', 'change_number']) }} as entry_id,
    source,
    source_record_id,
    person_id,
    stage,
    stage_order,
    change_number,
    entered_at,
    lead(entered_at) over (
        partition by source, source_record_id order by entered_at, change_number, change_id
    ) as exited_at
from moves

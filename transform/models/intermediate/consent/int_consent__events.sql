with statements as (
    select * from {{ ref('int_consent__statements') }}
    where stated_value <> ''
),

signals as (
    select * from {{ ref('stg_config__consent_signals') }}
),

origins as (
    select * from {{ ref('stg_config__consent_origins') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

-- Lists name their members by the digest of the address, which outlives the member: who is deleted
-- for good after a refusal has refused all the same, wherever else the address stands.
addresses as (
    select
        md5(records.email_normalised) as digest,
        min(bridge.person_id) as person_id
    from {{ ref('int_identity__records') }} as records
    inner join bridge
        on
            records.source = bridge.source
            and records.object = bridge.object
            and records.source_record_id = bridge.source_record_id
    where not records.is_deleted and bridge.kind = 'person'
    group by records.email_normalised
),

mapped as (
    select
        statements.*,
        {{ surrogate_key([
            'statements.source', 'statements.object', 'statements.source_record_id',
            'statements.tool', 'statements.field', 'statements.observed_at',
            'statements.statement_key', 'signals.channel', 'signals.purpose'
        ]) }} as event_id,
        coalesce(signals.channel, '(unmapped)') as channel,
        coalesce(signals.purpose, '(unmapped)') as purpose,
        coalesce(signals.effect, '(unmapped)') as effect,
        signals.basis,
        signals.scope
    from statements
    left join signals
        on
            statements.tool = signals.tool
            and statements.field = signals.field
            and (signals.value = '*' or lower(statements.stated_value) = lower(signals.value))
    where coalesce(signals.effect, '') <> 'none'
),

-- Of the lines that fit how a grant came about, the longest word decides.
weighed as (
    select
        mapped.*,
        coalesce(origins.standing, 'none') as standing,
        coalesce(origins.evidence, '(unmapped)') as evidence,
        row_number() over (
            partition by mapped.event_id
            order by length(coalesce(origins.origin, '')) desc, coalesce(origins.origin, '') asc
        ) as position
    from mapped
    left join origins
        on
            mapped.effect = 'grant'
            and mapped.tool = origins.tool
            and lower(mapped.origin) like concat(lower(origins.origin), '%')
)

select
    weighed.event_id,
    case
        when weighed.effect <> 'grant' and coalesce(bridge.is_deleted, true)
            then coalesce(addresses.person_id, bridge.person_id)
        else bridge.person_id
    end as person_id,
    weighed.channel,
    weighed.purpose,
    weighed.effect,
    weighed.scope,
    weighed.basis,
    case when weighed.effect = 'grant' then weighed.standing end as standing,
    case when weighed.effect = 'grant' then weighed.evidence end as evidence,
    weighed.tool,
    weighed.source,
    weighed.object,
    weighed.source_record_id,
    weighed.list_id,
    weighed.field,
    weighed.stated_value,
    weighed.origin,
    weighed.wording,
    weighed.is_current,
    weighed.occurred_at,
    weighed.observed_at,
    case
        when weighed.effect = 'grant'
            then {{ add_days('weighed.occurred_at', 'bases.expires_after_days') }}
    end as expires_at
from weighed
left join {{ ref('stg_config__consent_bases') }} as bases on weighed.basis = bases.basis
left join bridge
    on
        weighed.source = bridge.source
        and weighed.object = bridge.object
        and weighed.source_record_id = bridge.source_record_id
left join addresses
    on
        weighed.object in ('members', 'recipients')
        and {{ regexp_extract('weighed.source_record_id', '([0-9a-f]{32})$') }} = addresses.digest
where weighed.position = 1

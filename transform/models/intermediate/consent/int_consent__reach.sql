{{ config(materialized='view') }}

with persons as (
    select * from {{ ref('int_identity__persons') }}
    where kind = 'person'
),

members as (
    select
        bridge.person_id,
        bridge.source,
        bridge.object,
        bridge.source_record_id,
        records.email_normalised,
        records.email_domain,
        records.phone_key,
        records.is_deleted or records.is_archived as is_gone,
        bridge.object in {{ contact_objects() }} or bridge.object = 'members' as is_booked
    from {{ ref('int_identity__bridge') }} as bridge
    inner join {{ ref('int_identity__records') }} as records
        on
            bridge.source = records.source
            and bridge.object = records.object
            and bridge.source_record_id = records.source_record_id
    where bridge.person_id is not null
),

events as (
    select * from {{ ref('int_consent__events') }}
    where channel = 'email'
),

-- What bounced is an address, in whatever record it stands.
bounced as (
    select
        members.email_normalised,
        max(events.occurred_at) as bounced_at
    from events
    inner join members
        on
            events.source = members.source
            and events.object = members.object
            and events.source_record_id = members.source_record_id
    where events.effect = 'undeliverable' and members.email_normalised is not null
    group by members.email_normalised
),

-- A later mail that arrived, or a later form with that address, shows that it works again.
proofs as (
    select
        members.email_normalised,
        sends.sent_at as proven_at
    from {{ ref('int_email__sends') }} as sends
    inner join {{ ref('int_email__campaigns') }} as campaigns
        on
            sends.source = campaigns.source
            and sends.campaign_native_id = campaigns.campaign_native_id
    inner join members
        on
            sends.source = members.source
            and members.object in ('members', 'recipients')
            and {{ recipient_record_id('campaigns.list_id', 'sends.recipient_key') }}
            = members.source_record_id
    where sends.delivered
    union all
    select
        members.email_normalised,
        events.occurred_at as proven_at
    from events
    inner join members
        on
            events.source = members.source
            and events.object = members.object
            and events.source_record_id = members.source_record_id
    where events.effect = 'grant' and events.standing = 'evidence'
),

dead as (
    select bounced.email_normalised
    from bounced
    left join proofs on bounced.email_normalised = proofs.email_normalised
    group by bounced.email_normalised, bounced.bounced_at
    having max(coalesce(proofs.proven_at, cast('1970-01-01' as timestamp))) <= bounced.bounced_at
),

judged as (
    select
        members.person_id,
        members.object,
        members.is_booked,
        not members.is_gone and members.email_domain is not null as is_live,
        not members.is_gone and members.phone_key is not null as has_number,
        dead.email_normalised is not null as is_dead
    from members
    left join dead on members.email_normalised = dead.email_normalised
)

select
    persons.person_id,
    persons.country_code,
    persons.is_deleted,
    persons.is_reachable as has_address,
    -- Of whom a CRM or a list holds a record, those count and no form.
    max(case when judged.is_live and not judged.is_dead and judged.is_booked then 1 else 0 end) = 1
    or max(case when judged.is_booked then 1 else 0 end) = 0
    and max(case when judged.is_live and not judged.is_dead then 1 else 0 end) = 1
        as is_deliverable,
    max(case when judged.has_number and judged.is_booked then 1 else 0 end) = 1 as has_number
from persons
inner join judged on persons.person_id = judged.person_id
group by persons.person_id, persons.country_code, persons.is_deleted, persons.is_reachable
having max(case when judged.object <> 'visitors' or judged.is_live then 1 else 0 end) = 1

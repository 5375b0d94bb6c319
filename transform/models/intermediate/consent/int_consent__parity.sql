{{ config(materialized='view') }}

with tools as (
    select * from {{ ref('stg_config__consent_tools') }}
),

refused as (
    select * from {{ ref('int_consent__states') }}
    where reason = 'opted_out'
),

records as (
    select
        bridge.person_id,
        records.source,
        records.object,
        records.source_record_id,
        records.email_domain is not null as has_address,
        records.phone_key is not null as has_number
    from {{ ref('int_identity__records') }} as records
    inner join {{ ref('int_identity__bridge') }} as bridge
        on
            records.source = bridge.source
            and records.object = bridge.object
            and records.source_record_id = bridge.source_record_id
    where
        bridge.kind = 'person'
        and not records.is_deleted
        and not records.is_archived
        and records.merged_into_record_id is null
),

-- What each record says now in its own tool; a list's own opt-out stops the tool too.
standing as (
    select
        tool,
        source,
        object,
        source_record_id,
        channel,
        purpose,
        max(case when effect in ('withdraw', 'undeliverable') then 1 else 0 end) as refusals,
        max(case when effect = 'grant' then 1 else 0 end) as grants
    from {{ ref('int_consent__events') }}
    where is_current
    group by tool, source, object, source_record_id, channel, purpose
)

select
    records.source,
    records.object,
    records.source_record_id,
    refused.channel,
    refused.purpose,
    records.person_id,
    tools.remedy,
    refused.deciding_event_id,
    refused.deciding_tool,
    refused.deciding_source,
    refused.since_at,
    {{ days_between('refused.since_at', as_of()) }} as open_days
from records
inner join refused on records.person_id = refused.person_id
inner join tools
    on
        records.source = tools.tool
        and records.object = tools.object
        and refused.channel = tools.channel
        and refused.purpose = tools.purpose
left join standing
    on
        records.source = standing.tool
        and records.source = standing.source
        and records.object = standing.object
        and records.source_record_id = standing.source_record_id
        and refused.channel = standing.channel
        and refused.purpose = standing.purpose
where
    coalesce(standing.refusals, 0) = 0
    and (tools.sends = 'unless_withdrawn' or coalesce(standing.grants, 0) = 1)
    and case when refused.channel = 'email' then records.has_address else records.has_number end

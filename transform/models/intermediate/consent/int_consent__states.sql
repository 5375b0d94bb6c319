with people as (
    select * from {{ ref('int_consent__reach') }}
),

rules as (
    select * from {{ ref('stg_config__consent_rules') }}
),

decisions as (
    select * from {{ ref('int_consent__decisions') }}
),

events as (
    select * from {{ ref('int_consent__events') }}
),

-- The rule of the person's country, else the one of all others.
needed as (
    select
        people.*,
        rules.channel,
        rules.purpose,
        rules.needs,
        row_number() over (
            partition by people.person_id, rules.channel, rules.purpose
            order by coalesce(rules.country_code, '') desc
        ) as position
    from people
    inner join rules
        on rules.country_code is null or people.country_code = rules.country_code
),

judged as (
    select
        needed.person_id,
        needed.channel,
        needed.purpose,
        needed.needs,
        decisions.deciding_event_id,
        decisions.expires_at,
        coalesce(decisions.list_opt_outs, 0) as list_opt_outs,
        case
            when decisions.grant_id is null and decisions.refusal_id is not null then 'opted_out'
            when needed.is_deleted then 'deleted'
            when needed.channel = 'email' and not needed.has_address then 'no_address'
            when needed.channel = 'email' and not needed.is_deliverable then 'undeliverable'
            when needed.channel in ('phone', 'sms') and not needed.has_number then 'no_address'
            when
                decisions.grant_id is not null
                and (decisions.expires_at is null or decisions.expires_at > {{ as_of() }})
                then 'granted'
            when needed.needs = 'no_objection' then 'no_objection'
            when decisions.grant_id is not null then 'expired'
            else 'no_consent'
        end as reason
    from needed
    left join decisions
        on
            needed.person_id = decisions.person_id
            and needed.channel = decisions.channel
            and needed.purpose = decisions.purpose
    where needed.position = 1
)

select
    judged.person_id,
    judged.channel,
    judged.purpose,
    judged.needs,
    judged.reason,
    events.basis,
    judged.deciding_event_id,
    events.tool as deciding_tool,
    events.source as deciding_source,
    judged.list_opt_outs,
    judged.reason in ('granted', 'no_objection') as is_contactable,
    judged.deciding_event_id is not null as is_on_record,
    case when judged.reason = 'expired' then judged.expires_at else events.occurred_at end
        as since_at,
    judged.expires_at
from judged
left join events on judged.deciding_event_id = events.event_id

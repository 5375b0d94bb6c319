{{ config(materialized='view') }}

with stated as (
    {% for system in var('consent_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__consent_statements') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A browser speaks for somebody only where somebody is known behind it.
known_visitors as (
    select
        bridge.source,
        bridge.source_record_id
    from {{ ref('int_identity__bridge') }} as bridge
    inner join {{ ref('int_identity__persons') }} as persons
        on bridge.person_id = persons.person_id and persons.has_email
    where bridge.object = 'visitors'
),

email_events as (
    select
        'email_events' as tool,
        source,
        case when list_id is null then 'recipients' else 'members' end as object,
        {{ recipient_record_id('list_id', 'recipient_key') }} as source_record_id,
        list_id,
        'event_type' as field,
        case when event_type = 'bounce' then 'hard_bounce' else event_type end as stated_value,
        cast(null as varchar) as origin,
        cast(null as varchar) as wording,
        occurred_at as own_at,
        occurred_at as changed_at,
        occurred_at as observed_at,
        cast(null as timestamp) as until_at,
        event_id as statement_key
    from {{ ref('int_email__events') }}
    where
        event_type in ('unsubscribe', 'complaint')
        or (event_type = 'bounce' and bounce_class = 'hard')
),

every as (
    select stated.*
    from stated
    left join known_visitors
        on
            stated.source = known_visitors.source
            and stated.object = 'visitors'
            and stated.source_record_id = known_visitors.source_record_id
    where stated.object <> 'visitors' or known_visitors.source_record_id is not null
    union all
    select * from email_events
),

-- Versions of a record repeat what it says: a statement begins where the value, or the instant that
-- the tool itself gives it, is another than in the version before.
compared as (
    select
        *,
        lag(stated_value) over (
            partition by source, object, source_record_id, tool, field
            order by
                observed_at,
                coalesce(until_at, cast('9999-12-31' as timestamp)),
                statement_key
        ) as previous_value,
        lag(own_at) over (
            partition by source, object, source_record_id, tool, field
            order by
                observed_at,
                coalesce(until_at, cast('9999-12-31' as timestamp)),
                statement_key
        ) as previous_at
    from every
),

begun as (
    select *
    from compared
    where
        previous_value is null
        or previous_value <> stated_value
        or coalesce(previous_at, cast('1970-01-01' as timestamp))
        <> coalesce(own_at, cast('1970-01-01' as timestamp))
)

select
    tool,
    source,
    object,
    source_record_id,
    list_id,
    field,
    stated_value,
    origin,
    wording,
    coalesce(own_at, changed_at, observed_at) as occurred_at,
    observed_at,
    statement_key,
    row_number() over (
        partition by source, object, source_record_id, tool, field
        order by
            observed_at desc,
            coalesce(until_at, cast('9999-12-31' as timestamp)) desc,
            statement_key desc
    ) = 1 as is_current
from begun

{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'visitor_id'],
    meta={
        'scope': ['source', 'visitor_id'],
        'touched': staging_models('web_sources', 'touched_visitors')
        + staging_models('form_systems', 'touched_submissions')
    }
) }}
{%- set since = last_build() -%}
{%- set new_submissions -%}
    {% for system in var('form_systems') %}
        select submission_id
        from {{ ref('stg_' ~ system ~ '__touched_submissions') }}
        where {{ is_new_load('load_id') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endset -%}
{%- set units -%}
    {% for system in var('web_sources') %}
        select {{ unit_key(['source', 'visitor_id']) }} as unit
        from {{ ref('stg_' ~ system ~ '__touched_visitors') }}
        where {{ is_new_load('load_id') }}
        union all
        -- A form names its visitor, whichever of the two comes first.
        select {{ unit_key(['source', 'visitor_id']) }} as unit
        from {{ ref('stg_' ~ system ~ '__events') }}
        where form_submission_id in ({{ new_submissions }})
        {{ 'union all' if not loop.last }}
    {% endfor %}
{%- endset -%}
{%- do recompute(since, units) %}
with events as (
    {% for system in var('web_sources') %}
        select
            source,
            visitor_id,
            email,
            form_submission_id,
            {{ may_be_followed('has_analytics_consent') }} as is_followed,
            occurred_at
        from {{ ref('stg_' ~ system ~ '__events') }}
        where visitor_id is not null and {{ in_scope(since, ['source', 'visitor_id']) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

submissions as (
    {% for system in var('form_systems') %}
        select
            submission_id,
            email
        from {{ ref('stg_' ~ system ~ '__form_submissions') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

spans as (
    select
        source,
        visitor_id,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from events
    group by source, visitor_id
),

evidence as (
    select
        events.source,
        events.visitor_id,
        lower(trim(coalesce(events.email, submissions.email))) as email,
        count(*) as times,
        max(events.occurred_at) as last_at,
        min(
            case when submissions.submission_id is not null then events.form_submission_id end
        ) as submission_id
    from events
    left join submissions on events.form_submission_id = submissions.submission_id
    -- Who refused is nobody, whatever a tag that was set up wrong sends along.
    where events.is_followed and coalesce(events.email, submissions.email) is not null
    group by
        events.source,
        events.visitor_id,
        lower(trim(coalesce(events.email, submissions.email)))
),

-- A shared computer names several people: it belongs to whom it named most, then last.
ranked as (
    select
        source,
        visitor_id,
        email,
        submission_id,
        row_number() over (
            partition by source, visitor_id
            order by times desc, last_at desc, email asc
        ) as position
    from evidence
)

select
    spans.source,
    spans.visitor_id,
    ranked.email,
    ranked.submission_id,
    spans.first_seen_at,
    spans.last_seen_at
from spans
left join ranked
    on
        spans.source = ranked.source
        and spans.visitor_id = ranked.visitor_id
        and ranked.position = 1

{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['campaign_id', 'person_id', 'sent_at'],
    meta={
        'reads': ['int_email__sends'],
        'scope': ['campaign_id', 'person_id']
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_email__sends', 'person') }} as sends
{%- endset -%}
{%- do recompute(since, units) %}
{%- set flags = [
    'is_human_open', 'is_unknown_open', 'is_machine_open', 'is_human_click', 'is_unsubscribed',
    'is_complaint'
] -%}
with sends as (
    select * from {{ ref('int_email__sends') }}
    where {{ in_scope(since, ['campaign_id', 'person_id']) }}
),

per_person as (
    -- A person with two addresses on a list is one row; `addresses` keeps the sends countable.
    select
        campaign_id,
        person_id,
        sent_at,
        count(*) as addresses,
        max(case when delivered then 1 when not delivered then 0 end) as delivered,
        {% for flag in flags %}
            max(case when {{ flag }} then 1 when not {{ flag }} then 0 end) as {{ flag }},
        {% endfor %}
        min(bounce_class) as bounce_class
    from sends
    group by campaign_id, person_id, sent_at
)

select
    campaign_id,
    person_id,
    sent_at,
    cast(addresses as bigint) as addresses,
    delivered = 1 as delivered,
    bounce_class,
    is_human_open = 1 as is_human_open,
    is_unknown_open = 1 as is_unknown_open,
    is_machine_open = 1 as is_machine_open,
    is_human_click = 1 as is_human_click,
    is_unsubscribed = 1 as is_unsubscribed,
    is_complaint = 1 as is_complaint
from per_person

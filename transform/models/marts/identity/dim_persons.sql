{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['person_id'],
    meta={
        'reads': ['int_identity__persons'],
        'scope': ['person_id']
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_identity__persons', 'person') }} as persons
{%- endset -%}
{%- do recompute(since, units) %}
with persons as (
    select * from {{ ref('int_identity__persons') }}
    where {{ in_scope(since, ['person_id']) }}
)

select
    person_id,
    kind,
    account_id,
    lifecycle_stage,
    country_code,
    email_domain,
    cast(record_count as bigint) as record_count,
    is_customer,
    has_email,
    has_email and not is_unsubscribed and not is_deleted and kind = 'person' as is_contactable,
    is_deleted,
    first_seen_at,
    last_seen_at
from persons

{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'object', 'source_record_id'],
    meta={
        'reads': ['int_identity__bridge'],
        'scope': ['source', 'object', 'source_record_id']
    }
) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'int_identity__bridge', 'published') }} as records
{%- endset -%}
{%- do recompute(since, units) %}
with bridge as (
    select * from {{ ref('int_identity__bridge') }}
)

-- Companies stand behind accounts, not behind a party; dim_accounts has them.
select
    source,
    object,
    {{ published_id('source_record_id') }} as source_record_id,
    person_id,
    account_id,
    kind,
    match_tier,
    match_rule,
    confidence,
    is_deleted,
    valid_from
from bridge
where
    person_id is not null
    and {{ in_scope(since, ['source', 'object', published_id('source_record_id')]) }}

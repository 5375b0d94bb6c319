{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['source', 'object', 'source_record_id'],
    meta={
        'feeds': {
            'record': ['source', 'object', 'source_record_id'],
            'published': ['source', 'object', published_id('source_record_id')],
            'person': ['person_id']
        }
    }
) }}
with records as (
    select * from {{ ref('int_identity__records') }}
),

person_map as (
    select * from {{ source('identity', 'person_map') }}
),

account_map as (
    select * from {{ source('identity', 'account_map') }}
),

parties as (
    select * from {{ source('identity', 'persons') }}
),

mapped as (
    select
        records.source,
        records.object,
        records.source_record_id,
        person_map.person_id,
        account_map.account_id,
        coalesce(parties.kind, records.record_kind) as kind,
        coalesce(person_map.match_tier, 'vendor') as match_tier,
        coalesce(person_map.match_rule, account_map.match_rule, 'none') as match_rule,
        coalesce(person_map.confidence, 1.0) as confidence,
        records.is_deleted,
        coalesce(person_map.valid_from, records.created_at) as valid_from,
        records.updated_at
    from records
    left join person_map
        on
            records.source = person_map.source
            and records.object = person_map.object
            and records.source_record_id = person_map.source_record_id
    left join account_map
        on
            records.source = account_map.source
            and records.object = account_map.object
            and records.source_record_id = account_map.source_record_id
    left join parties on person_map.person_id = parties.person_id
),

-- A person who changed jobs belongs where the newest live record says.
ranked as (
    select
        person_id,
        account_id,
        row_number() over (
            partition by person_id
            order by
                case when is_deleted then 1 else 0 end asc,
                coalesce(updated_at, cast('1970-01-01' as timestamp)) desc,
                source asc,
                object asc,
                source_record_id asc
        ) as position
    from mapped
    where person_id is not null and account_id is not null
)

select
    mapped.source,
    mapped.object,
    mapped.source_record_id,
    mapped.person_id,
    coalesce(mapped.account_id, ranked.account_id) as account_id,
    ranked.account_id as person_account_id,
    mapped.kind,
    mapped.match_tier,
    mapped.match_rule,
    mapped.confidence,
    mapped.is_deleted,
    mapped.valid_from
from mapped
left join ranked on mapped.person_id = ranked.person_id and ranked.position = 1

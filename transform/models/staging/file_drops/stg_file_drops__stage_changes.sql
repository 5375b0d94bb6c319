-- Files carry no history of their own, so every stored version says which stage was seen and when.
with contact_versions as (
    select * from {{ source('file_drops', 'contacts') }}
),

deal_versions as (
    select * from {{ source('file_drops', 'deals') }}
),

versions as (
    select
        source,
        'contacts' as object,
        cast(source_record_id as varchar) as source_record_id,
        nullif(trim(lifecycle_stage_native), '') as stage_native,
        cast(coalesce(updated_at, created_at, _dlt_valid_from) as timestamp) as changed_at,
        cast(_dlt_valid_from as timestamp) as seen_at
    from contact_versions
    union all
    select
        source,
        'deals' as object,
        cast(source_record_id as varchar) as source_record_id,
        nullif(trim(stage_native), '') as stage_native,
        cast(coalesce(updated_at, created_at, _dlt_valid_from) as timestamp) as changed_at,
        cast(_dlt_valid_from as timestamp) as seen_at
    from deal_versions
),

compared as (
    select
        source,
        object,
        source_record_id,
        stage_native,
        changed_at,
        seen_at,
        lag(stage_native) over (
            partition by source, object, source_record_id
            order by seen_at
        ) as previous_stage_native
    from versions
    where stage_native is not null
)

select
    source,
    object,
    source_record_id,
    stage_native,
    changed_at,
    {{ surrogate_key(['source', 'object', 'source_record_id', 'stage_native', 'seen_at']) }}
        as change_id
from compared
where previous_stage_native is null or previous_stage_native <> stage_native

with source_rows as (
    select * from {{ source('hubspot', 'associations') }}
    where _dlt_valid_to is null
),

-- One pair may be associated under several labels; the pair counts once, primary if any label is.
pairs as (
    select
        from_object,
        cast(from_id as varchar) as from_record_id,
        to_object,
        cast(to_id as varchar) as to_record_id,
        min(case when lower(coalesce(label, '')) like '%primary%' then 0 else 1 end) as label_rank,
        min(case when coalesce(is_deleted, false) then 1 else 0 end) as deleted_rank
    from source_rows
    group by from_object, cast(from_id as varchar), to_object, cast(to_id as varchar)
)

select
    'hubspot' as source,
    from_object,
    from_record_id,
    to_object,
    to_record_id,
    label_rank = 0 as is_primary
from pairs
where deleted_rank = 0

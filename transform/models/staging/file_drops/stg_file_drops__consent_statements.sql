with contacts as (
    select * from {{ source('file_drops', 'contacts') }}
),

members as (
    select * from {{ source('file_drops', 'members') }}
)

select
    'file_drops' as tool,
    source,
    'contacts' as object,
    cast(source_record_id as varchar) as source_record_id,
    cast(null as varchar) as list_id,
    'is_unsubscribed' as field,
    coalesce(cast(is_unsubscribed as varchar), '') as stated_value,
    cast(null as varchar) as origin,
    cast(null as varchar) as wording,
    cast(null as timestamp) as own_at,
    cast(coalesce(updated_at, created_at) as timestamp) as changed_at,
    cast(_dlt_valid_from as timestamp) as observed_at,
    cast(_dlt_valid_to as timestamp) as until_at,
    row_version as statement_key
from contacts
union all
select
    'file_drops' as tool,
    source,
    'members' as object,
    concat(list_id, ':', member_id) as source_record_id,
    cast(list_id as varchar) as list_id,
    'status' as field,
    coalesce(trim(status), '') as stated_value,
    cast(null as varchar) as origin,
    cast(null as varchar) as wording,
    cast(null as timestamp) as own_at,
    cast(coalesce(updated_at, created_at) as timestamp) as changed_at,
    cast(_dlt_valid_from as timestamp) as observed_at,
    cast(_dlt_valid_to as timestamp) as until_at,
    row_version as statement_key
from members

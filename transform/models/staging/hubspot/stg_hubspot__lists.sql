with source_rows as (
    select * from {{ source('hubspot', 'lists') }}
    where _dlt_valid_to is null
)

select
    'hubspot' as source,
    cast(list_id as varchar) as list_id,
    nullif(trim(name), '') as name,
    case object_type_id
        when '0-1' then 'contacts'
        when '0-2' then 'companies'
        when '0-3' then 'deals'
        else object_type_id
    end as object,
    lower(processing_type) as list_kind,
    cast(additional_properties__hs_list_size as bigint) as member_count,
    coalesce(is_deleted, false) as is_deleted,
    cast(created_at as timestamp) as created_at
from source_rows

with source_rows as (
    select * from {{ source('hubspot', 'form_fields') }}
    where _dlt_valid_to is null
)

select
    'hubspot' as source,
    cast(form_id as varchar) as form_id,
    object_type_id,
    name as field_name,
    nullif(trim(label), '') as label,
    field_type,
    cast(position as bigint) as position,
    coalesce(required, false) as is_required,
    coalesce(hidden, false) as is_hidden,
    coalesce(is_dependent, false) as is_dependent
from source_rows
where not coalesce(is_deleted, false)

with source_rows as (
    select * from {{ source('stripe', 'products') }}
    where _dlt_valid_to is null
)

select
    'stripe' as source,
    nullif(trim(source_rows.id), '') as product_id,
    nullif(trim(source_rows.name), '') as product_name,
    coalesce(source_rows.active, false) as is_active,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(source_rows.created as timestamp) as created_at,
    cast(source_rows.updated as timestamp) as updated_at
from source_rows

with source_rows as (
    select * from {{ source('asana', 'custom_field_values') }}
    where _dlt_valid_to is null
)

select
    'asana' as source,
    cast(resource_type as varchar) as record_type,
    cast(resource_gid as varchar) as record_id,
    cast(custom_field_gid as varchar) as field_id,
    nullif(trim(name), '') as field_name,
    cast(resource_subtype as varchar) as field_type,
    nullif(trim(coalesce(enum_value__name, text_value)), '') as text_value,
    cast(coalesce(multi_enum_values, people_value) as varchar) as list_value,
    upper(nullif(trim(currency_code), '')) as currency_code,
    cast(number_value as decimal(38, 9)) as number_value,
    cast(coalesce(date_value__date, {{ date_of('date_value__date_time') }}) as date) as date_value,
    coalesce(is_deleted, false) as is_deleted
from source_rows

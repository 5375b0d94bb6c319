with source_rows as (
    select * from {{ source('file_drops', 'experiment_exposures') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(experiment_id as varchar) as experiment_id,
    unit_kind,
    cast(unit_id as varchar) as unit_id,
    nullif(trim(experiment_name), '') as experiment_name,
    nullif(trim(variant), '') as variant,
    cast(exposed_at as timestamp) as exposed_at
from source_rows

select
    'hubspot' as source,
    cast(id as varchar) as source_record_id,
    nullif(trim(properties__country), '') as country,
    nullif(trim(properties__state), '') as region,
    nullif(trim(properties__jobtitle), '') as job_title,
    cast(_dlt_valid_from as timestamp) as loaded_at,
    cast(_dlt_valid_from as varchar) as version_id
from {{ source('hubspot', 'contacts') }}

with source_rows as (
    select * from {{ source('file_drops', 'intent_signals') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    lower(trim(domain)) as domain,
    trim(topic) as topic,
    cast(observed_on as date) as observed_on,
    nullif(trim(company_name), '') as company_name,
    nullif(trim(country), '') as country,
    cast(score as double) as score
from source_rows

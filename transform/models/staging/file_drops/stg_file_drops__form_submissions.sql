with source_rows as (
    select * from {{ source('file_drops', 'form_submissions') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    cast(submission_id as varchar) as submission_id,
    nullif(trim(form_id), '') as form_id,
    nullif(trim(form_name), '') as form_name,
    nullif(trim(email), '') as email,
    cast(submitted_at as timestamp) as submitted_at,
    landing_page,
    nullif(trim(first_name), '') as first_name,
    nullif(trim(last_name), '') as last_name,
    nullif(trim(phone), '') as phone,
    nullif(trim(company_name), '') as company_name,
    nullif(trim(country), '') as country,
    nullif(trim(message), '') as message,
    nullif(trim(how_did_you_hear), '') as how_did_you_hear
from source_rows

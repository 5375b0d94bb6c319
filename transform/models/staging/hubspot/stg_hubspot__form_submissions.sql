with source_rows as (
    select * from {{ source('hubspot', 'form_submissions') }}
),

forms as (
    select * from {{ source('hubspot', 'forms') }}
    where _dlt_valid_to is null
)

select
    'hubspot' as source,
    cast(source_rows.submission_id as varchar) as submission_id,
    cast(source_rows.form_id as varchar) as form_id,
    forms.name as form_name,
    nullif(trim(source_rows.values__email), '') as email,
    cast(source_rows.submitted_at as timestamp) as submitted_at,
    source_rows.page_url as landing_page,
    nullif(trim(source_rows.values__firstname), '') as first_name,
    nullif(trim(source_rows.values__lastname), '') as last_name,
    nullif(trim(source_rows.values__phone), '') as phone,
    nullif(trim(source_rows.values__company), '') as company_name,
    nullif(trim(source_rows.values__country), '') as country,
    nullif(trim(source_rows.values__message), '') as message,
    nullif(trim(source_rows.values__how_did_you_hear), '') as how_did_you_hear
from source_rows
left join forms on source_rows.form_id = forms.id

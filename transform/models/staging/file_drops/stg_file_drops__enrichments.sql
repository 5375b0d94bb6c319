with source_rows as (
    select * from {{ source('file_drops', 'enrichments') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
)

select
    source,
    subject_kind,
    lower(trim(subject)) as subject,
    nullif(trim(company_name), '') as company_name,
    nullif(lower(trim(domain)), '') as domain,
    nullif(trim(industry), '') as industry,
    nullif(trim(country), '') as country,
    nullif(trim(city), '') as city,
    nullif(trim(job_title), '') as job_title,
    nullif(trim(seniority), '') as seniority,
    nullif(trim(department), '') as department,
    cast(employee_count as bigint) as employee_count,
    {{ safe_decimal('annual_revenue', 18, 2) }} as annual_revenue,
    upper(currency_code) as currency_code,
    nullif(trim(technologies), '') as technologies,
    cast(observed_at as timestamp) as observed_at
from source_rows

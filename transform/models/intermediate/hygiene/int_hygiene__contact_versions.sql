{{ config(materialized='view') }}
with versions as (
    {% for system in var('routed_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__contact_versions') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    versions.source,
    versions.source_record_id,
    countries.country_code,
    regions.region_code,
    titles.job_seniority,
    titles.job_function,
    versions.loaded_at,
    versions.version_id
from versions
left join {{ source('hygiene', 'countries') }} as countries
    on versions.country = countries.raw_value
left join {{ source('hygiene', 'regions') }} as regions
    on
        versions.region = regions.raw_value
        and coalesce(countries.country_code, '') = regions.context
left join {{ source('hygiene', 'job_titles') }} as titles
    on versions.job_title = titles.raw_value

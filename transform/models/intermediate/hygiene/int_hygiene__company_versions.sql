{{ config(materialized='view') }}
with versions as (
    {% for system in var('routed_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__company_versions') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    versions.source,
    versions.source_record_id,
    industries.industry,
    versions.employee_count,
    versions.owner_native_id,
    versions.created_at,
    versions.loaded_at,
    versions.version_id
from versions
left join {{ source('hygiene', 'industries') }} as industries
    on versions.industry = industries.raw_value

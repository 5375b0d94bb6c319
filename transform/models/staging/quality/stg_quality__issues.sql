with source_rows as (
    select * from {{ source('quality', 'issues') }}
)

select
    cast(issue_number as bigint) as issue_number,
    cast(rule_id as varchar) as rule_id,
    cast(source as varchar) as source,
    cast(object as varchar) as object,
    cast(record_key as varchar) as record_key,
    cast(dimension as varchar) as dimension,
    cast(field as varchar) as field,
    cast(reason as varchar) as reason,
    cast(severity as varchar) as severity,
    cast(first_seen_at as timestamp) as first_seen_at,
    cast(last_seen_at as timestamp) as last_seen_at,
    cast(resolved_at as timestamp) as resolved_at
from source_rows

with source_rows as (
    select * from {{ source('truth', 'routed_leads') }}
)

select
    cast(submission_id as varchar) as submission_id,
    cast(required_owner as varchar) as required_owner,
    cast(mistake as varchar) as mistake,
    cast(is_late as boolean) as is_late,
    cast(assigned_at as timestamp) as assigned_at,
    cast(reassigned_at as timestamp) as reassigned_at
from source_rows

with checks as (
    select * from {{ ref('int_launches__checks') }}
)

select
    launch_id,
    check_name,
    status,
    evidence,
    evidence_at
from checks

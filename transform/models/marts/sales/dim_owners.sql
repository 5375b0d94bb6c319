with owners as (
    select * from {{ ref('int_opportunities__owners') }}
)

select
    owner_id,
    owner_label,
    is_active
from owners

-- Duplicates of a person or a deal are resolved before anything is counted.
select
    stage,
    coalesce(opportunity_id, person_id) as entity_id,
    cycle_no,
    count(*) as conversions
from {{ ref('fct_conversions') }}
group by stage, coalesce(opportunity_id, person_id), cycle_no
having count(*) > 1

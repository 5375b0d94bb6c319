-- A stage is imputed only in a cycle where an earlier and a later one were seen.
select
    inferred.entity_id,
    inferred.cycle_no,
    inferred.stage
from {{ ref('int_funnel__lifecycle_events') }} as inferred
left join {{ ref('int_funnel__lifecycle_events') }} as observed
    on
        inferred.entity_type = observed.entity_type
        and inferred.entity_id = observed.entity_id
        and inferred.cycle_no = observed.cycle_no
        and not observed.is_inferred
where inferred.is_inferred
group by inferred.entity_id, inferred.cycle_no, inferred.stage, inferred.stage_order
having
    min(coalesce(observed.stage_order, inferred.stage_order)) >= inferred.stage_order
    or max(coalesce(observed.stage_order, inferred.stage_order)) <= inferred.stage_order

with last_states as (
    select
        opportunity_id,
        lifecycle_stage,
        case when is_open then open_amount_reporting else closed_amount_reporting end
            as value_amount_reporting
    from {{ ref('int_opportunities__states') }}
    where valid_to is null
)

select opportunities.opportunity_id
from {{ ref('int_opportunities__opportunities') }} as opportunities
left join last_states on opportunities.opportunity_id = last_states.opportunity_id
where
    not opportunities.is_reversal
    and (
        last_states.opportunity_id is null
        or opportunities.lifecycle_stage <> last_states.lifecycle_stage
        or opportunities.value_amount_reporting is distinct from last_states.value_amount_reporting
    )

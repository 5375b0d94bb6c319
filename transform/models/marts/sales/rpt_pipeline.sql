with opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
    where is_open
)

select
    coalesce(owner_id, '(no owner)') as owner_id,
    coalesce(pipeline, '(none)') as pipeline,
    stage,
    cast(min(stage_position) as bigint) as stage_position,
    {{ date_of(as_of()) }} as as_of_on,
    count(*) as opportunities,
    count(value_amount) - count(value_amount_reporting) as opportunities_without_rate,
    cast(coalesce(sum(value_amount_reporting), 0) as decimal(18, 2)) as open_amount_reporting,
    cast(
        coalesce(sum(value_amount_reporting * coalesce(stage_probability, 0)), 0)
        as decimal(18, 2)
    ) as expected_amount_reporting
from opportunities
group by coalesce(owner_id, '(no owner)'), coalesce(pipeline, '(none)'), stage

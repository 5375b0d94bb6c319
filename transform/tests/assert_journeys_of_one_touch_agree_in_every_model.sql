with journeys as (
    select conversion_id
    from {{ ref('fct_attribution_credits') }}
    where attribution_model = 'linear'
    group by conversion_id
    having count(*) = 1
)

select
    credits.conversion_id,
    credits.attribution_model
from {{ ref('fct_attribution_credits') }} as credits
inner join journeys on credits.conversion_id = journeys.conversion_id
where abs(credits.weight - 1) > 1e-9

with journeys as (
    select conversion_id
    from {{ ref('fct_attribution_credits') }}
    where attribution_model = 'linear'
    group by conversion_id
    having count(*) = 2
)

select
    credits.conversion_id,
    credits.attribution_model
from {{ ref('fct_attribution_credits') }} as credits
inner join journeys on credits.conversion_id = journeys.conversion_id
where
    credits.attribution_model in ('linear', 'position_40_20_40')
    and abs(credits.weight - 0.5) > 1e-9

-- Each headline of all time, recomputed from the fact tables by another way. Both sides have one
-- type: a union of decimals of unlike scale takes the smaller scale.
with facts as (
    select
        'spend' as metric,
        cast(sum(spend_amount_reporting) as decimal(28, 6)) as fact_value
    from {{ ref('fct_ad_performance') }}
    union all
    select
        'won_value' as metric,
        cast(sum(value_amount_reporting) as decimal(28, 6)) as fact_value
    from {{ ref('fct_opportunities') }}
    where is_won
    union all
    select
        'leads' as metric,
        cast(count(*) as decimal(28, 6)) as fact_value
    from {{ ref('fct_conversions') }}
    where stage = 'lead'
)

select
    headlines.metric,
    headlines.value,
    facts.fact_value
from {{ ref('rpt_headlines') }} as headlines
inner join facts on headlines.metric = facts.metric
where
    headlines.period = 'all_time'
    and headlines.segment = '(all)'
    and headlines.value <> facts.fact_value

with converted as (
    select
        currency_code,
        sum(value_amount) as value_amount,
        count(*) as won
    from {{ ref('fct_conversions') }}
    where stage = 'won'
    group by currency_code
),

closed as (
    select
        currency_code,
        sum(value_amount) as value_amount,
        count(*) as won
    from {{ ref('fct_opportunities') }}
    where is_won
    group by currency_code
)

select coalesce(closed.currency_code, converted.currency_code) as currency_code
from closed
full outer join converted on closed.currency_code = converted.currency_code
where
    coalesce(closed.won, 0) <> coalesce(converted.won, 0)
    or coalesce(closed.value_amount, 0) <> coalesce(converted.value_amount, 0)

with buyers as (
    select
        count(distinct coalesce(account_id, person_id, opportunity_id)) as buyers,
        coalesce(sum(value_amount_reporting), 0) as won_value
    from {{ ref('fct_conversions') }}
    where stage = 'won' and not is_reversal
),

refunds as (
    select coalesce(sum(value_amount_reporting), 0) as refunded_value
    from {{ ref('fct_conversions') }}
    where stage = 'won' and is_reversal
),

months as (
    select
        coalesce(sum(new_customers), 0) as new_customers,
        coalesce(sum(won_value_reporting), 0) as won_value
    from {{ ref('rpt_acquisition_cost') }}
)

select
    buyers.buyers,
    months.new_customers,
    buyers.won_value,
    refunds.refunded_value
from months
cross join buyers
cross join refunds
where
    buyers.buyers <> months.new_customers
    or buyers.won_value + refunds.refunded_value <> months.won_value

with campaigns as (
    select * from {{ source('meta_ads', 'campaigns') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
),

ad_sets as (
    select * from {{ source('meta_ads', 'ad_sets') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
),

accounts as (
    select * from {{ source('meta_ads', 'accounts') }}
    where _dlt_valid_to is null
),

units as (
    select * from {{ ref('stg_config__ad_budget_units') }}
    where platform = 'meta_ads'
),

budgets as (
    select
        'campaign' as grain,
        id,
        account_id,
        daily_budget,
        lifetime_budget
    from campaigns
    union all
    select
        'ad_group' as grain,
        id,
        account_id,
        daily_budget,
        lifetime_budget
    from ad_sets
)

select
    'meta_ads' as platform,
    budgets.account_id,
    budgets.grain,
    budgets.id as native_id,
    accounts.currency as currency_code,
    cast(budgets.daily_budget / coalesce(units.units, 100) as decimal(18, 2)) as daily_amount,
    cast(budgets.lifetime_budget / coalesce(units.units, 100) as decimal(18, 2))
        as lifetime_amount
from budgets
left join accounts on budgets.account_id = accounts.account_id
left join units on accounts.currency = units.currency_code
where coalesce(budgets.daily_budget, 0) <> 0 or coalesce(budgets.lifetime_budget, 0) <> 0

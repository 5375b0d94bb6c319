with accounts as (
    select * from {{ ref('int_identity__accounts') }}
),

customers as (
    select distinct account_id
    from {{ ref('int_opportunities__opportunities') }}
    where is_won and account_id is not null
)

select
    accounts.account_id,
    accounts.domain,
    {{ without_addresses('accounts.name') }} as name,
    accounts.country_code,
    accounts.industry,
    {{ without_addresses('accounts.industry_native') }} as industry_native,
    cast(accounts.person_count as bigint) as person_count,
    customers.account_id is not null as is_customer
from accounts
left join customers on accounts.account_id = customers.account_id

select
    won_month as month,
    source as source_system,
    currency_code,
    cast(sum(crm_deals) as bigint) as crm_won_deals,
    cast(sum(own_deals) as bigint) as won_deals,
    cast(sum(case when reason is null then 0 else 1 end) as bigint) as listed_deals,
    cast(sum(crm_value) as decimal(18, 2)) as crm_won_value,
    cast(sum(own_value) as decimal(18, 2)) as won_value,
    cast(sum(own_value - crm_value) as decimal(18, 2)) as difference,
    cast(coalesce(sum(own_value_reporting), 0) as decimal(18, 2)) as won_value_reporting,
    max(case when reason = 'rate missing' then 1 else 0 end) = 1 as is_rate_missing
from {{ ref('int_opportunities__won_records') }}
group by won_month, source, currency_code

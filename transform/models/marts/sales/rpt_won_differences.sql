select
    won_month as month,
    source as source_system,
    {{ published_id('source_record_id') }} as source_record_id,
    currency_code,
    opportunity_id,
    reason,
    cast(crm_value as decimal(18, 2)) as crm_won_value,
    cast(own_value as decimal(18, 2)) as won_value,
    cast(own_value - crm_value as decimal(18, 2)) as difference,
    is_reversal
from {{ ref('int_opportunities__won_records') }}
where reason is not null

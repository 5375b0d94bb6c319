select
    conversion_id,
    stage,
    person_id,
    account_id,
    opportunity_id,
    source as source_system,
    cast(cycle_no as bigint) as cycle_no,
    value_amount,
    currency_code,
    fx_rate,
    rate_on,
    value_amount_reporting,
    is_reversal,
    is_rate_missing,
    reverses_conversion_id,
    converted_at
from {{ ref('int_conversions__conversions') }}

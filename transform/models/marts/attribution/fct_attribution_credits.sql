select
    conversion_id,
    touchpoint_id,
    attribution_model,
    stage,
    channel,
    campaign_id,
    touch_position,
    weight,
    credit_micros,
    value_amount,
    currency_code,
    value_amount_reporting,
    model_fit_id,
    cast(touch_reuses as bigint) as touch_reuses,
    is_reversal,
    touched_at,
    converted_at
from {{ ref('int_attribution__credits') }}

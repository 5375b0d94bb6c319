select
    credits.conversion_id,
    credits.touchpoint_id
from {{ ref('fct_attribution_credits') }} as credits
inner join {{ ref('stg_config__attribution_windows') }} as windows
    on credits.stage = windows.stage
inner join {{ ref('fct_conversions') }} as conversions
    on credits.conversion_id = conversions.conversion_id
where
    credits.touchpoint_id <> '(none)'
    and conversions.reverses_conversion_id is null
    and (
        credits.touched_at > credits.converted_at
        or credits.touched_at
        < {{ add_days('credits.converted_at', '-windows.lookback_days') }}
    )

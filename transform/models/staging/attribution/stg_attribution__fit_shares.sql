with source_rows as (
    select * from {{ source('attribution', 'fit_shares') }}
)

select
    cast(fit_id as varchar) as model_fit_id,
    cast(channel as varchar) as channel,
    cast(effect as double) as effect,
    cast(model_share as double) as model_share,
    cast(model_conversions as double) as model_conversions,
    cast(model_value as double) as model_value,
    cast(share_low as double) as share_low,
    cast(share_high as double) as share_high,
    cast(touch_share as double) as touch_share,
    cast(credited_conversions as double) as credited_conversions,
    cast(credited_value as double) as credited_value
from source_rows

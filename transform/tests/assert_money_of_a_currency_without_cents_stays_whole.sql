-- A whole amount in such a currency is split in whole units, never in fractions.
select
    credits.conversion_id,
    credits.touchpoint_id,
    credits.attribution_model
from {{ ref('fct_attribution_credits') }} as credits
inner join {{ ref('fct_conversions') }} as conversions
    on credits.conversion_id = conversions.conversion_id
inner join {{ ref('stg_config__currencies') }} as currencies
    on credits.currency_code = currencies.currency_code
where
    currencies.minor_units = 0
    and conversions.value_amount = round(conversions.value_amount, 0)
    and credits.value_amount <> round(credits.value_amount, 0)

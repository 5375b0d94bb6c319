select conversions.conversion_id
from {{ ref('fct_conversions') }} as conversions
cross join {{ ref('stg_config__company') }} as company
left join {{ ref('int_fx__daily_rates') }} as rates
    on
        conversions.rate_on = rates.rate_on
        and conversions.currency_code = rates.from_currency
where
    conversions.currency_code <> company.reporting_currency
    and rates.rate is null
    and conversions.value_amount_reporting is not null

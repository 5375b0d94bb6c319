with currencies as (
    select * from {{ ref('stg_config__currencies') }}
)

select
    currency_code,
    case
        -- Without decimals by now, but still written with two zeros.
        when currency_code in ('ISK', 'UGX') then 2
        -- Its fifths are never used.
        when currency_code = 'MGA' then 0
        else minor_units
    end as minor_units
from currencies

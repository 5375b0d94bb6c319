select reversals.conversion_id
from {{ ref('fct_conversions') }} as reversals
inner join {{ ref('fct_conversions') }} as originals
    on reversals.reverses_conversion_id = originals.conversion_id
where
    reversals.currency_code = originals.currency_code
    and coalesce(reversals.fx_rate, -1) <> coalesce(originals.fx_rate, -1)

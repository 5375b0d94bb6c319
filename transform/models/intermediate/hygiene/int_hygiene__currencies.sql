select
    raw_value as currency_stated,
    currency_code
from {{ source('hygiene', 'currencies') }}
where context = '' and currency_code is not null

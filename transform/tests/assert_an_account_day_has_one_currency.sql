-- Residuals subtract amounts of one account and day; two currencies in it cannot be subtracted.
select
    platform,
    account_id,
    reported_on,
    count(distinct currency_code) as currencies
from {{ ref('int_ads__reported_days') }}
group by platform, account_id, reported_on
having count(distinct currency_code) > 1

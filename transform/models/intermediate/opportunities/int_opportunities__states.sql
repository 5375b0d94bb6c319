with moments as (
    select * from {{ ref('int_opportunities__moments') }}
),

rates as (
    select * from {{ ref('int_fx__daily_rates') }}
),

priced as (
    select
        moments.*,
        case
            when moments.currency_code = moments.reporting_currency then 1.0
            else open_rates.rate
        end as open_rate,
        case
            when moments.closed_rate_on is null then null
            when moments.currency_code = moments.reporting_currency then 1.0
            else closed_rates.rate
        end as closed_rate,
        {{ surrogate_key([
            'lifecycle_stage', 'stage', 'owner_id', 'value_amount', 'currency_code',
            'expected_close_on', 'is_value_stated', 'closed_rate_on',
        ]) }} as state_key
    from moments
    left join rates as open_rates
        on
            moments.open_rate_on = open_rates.rate_on
            and moments.currency_code = open_rates.from_currency
    left join rates as closed_rates
        on
            moments.closed_rate_on = closed_rates.rate_on
            and moments.currency_code = closed_rates.from_currency
),

compared as (
    select
        *,
        lag(state_key) over (partition by opportunity_id order by stated_at) as previous_key
    from priced
),

moved as (
    select * from compared
    where previous_key is null or previous_key <> state_key
)

select
    opportunity_id,
    row_number() over (partition by opportunity_id order by stated_at) as state_no,
    lifecycle_stage,
    stage,
    owner_id,
    value_amount,
    currency_code,
    expected_close_on,
    cast(value_amount * open_rate as decimal(18, 2)) as open_amount_reporting,
    cast(value_amount * closed_rate as decimal(18, 2)) as closed_amount_reporting,
    lifecycle_stage = 'opportunity' as is_open,
    is_value_stated,
    stated_at as valid_from,
    lead(stated_at) over (partition by opportunity_id order by stated_at) as valid_to,
    stated_on as valid_from_on,
    lead(stated_on) over (partition by opportunity_id order by stated_at) as valid_to_on
from moved

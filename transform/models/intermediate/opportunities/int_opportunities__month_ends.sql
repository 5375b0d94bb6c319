with states as (
    select * from {{ ref('int_opportunities__states') }}
    where is_open
),

months as (
    select * from {{ ref('int_opportunities__months') }}
)

select
    states.opportunity_id,
    months.month,
    states.state_no,
    cast(coalesce(states.open_amount_reporting, 0) as decimal(18, 2)) as amount_reporting,
    coalesce(states.expected_close_on < months.next_month, false) as is_due,
    coalesce(
        states.expected_close_on < {{ month_of(add_days('months.next_month', 31)) }}, false
    ) as is_due_next,
    states.value_amount is not null and states.open_amount_reporting is null as is_rate_missing,
    states.is_value_stated
from months
inner join states
    on
        months.ends_on >= states.valid_from_on
        and (states.valid_to_on is null or months.ends_on < states.valid_to_on)

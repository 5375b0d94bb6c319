with windows as (
    select * from {{ ref('int_opportunities__windows') }}
),

cycles as (
    select * from {{ ref('int_opportunities__cycles') }}
),

months as (
    select * from {{ ref('int_opportunities__months') }}
),

month_ends as (
    select * from {{ ref('int_opportunities__month_ends') }}
),

judged as (
    select
        windows.*,
        month_ends.opportunity_id is not null as is_open_at_end,
        windows.is_closed_within and windows.is_won as is_won_within,
        windows.is_closed_within and not windows.is_won as is_lost_within,
        windows.is_closed_within
        and windows.value_amount is not null
        and windows.value_amount_reporting is null as is_without_rate
    from windows
    left join month_ends
        on windows.month = month_ends.month and windows.opportunity_id = month_ends.opportunity_id
),

summed as (
    select
        month,
        window_months,
        segment,
        sum(case when is_open_at_end then 1 else 0 end) as open_opportunities,
        sum(case when is_won_within then 1 else 0 end) as won_opportunities,
        sum(case when is_lost_within then 1 else 0 end) as lost_opportunities,
        sum(case when is_without_rate then 1 else 0 end) as opportunities_without_rate,
        count(case when is_won_within then value_amount_reporting end) as valued_wins,
        coalesce(sum(case when is_won_within then value_amount_reporting end), 0) as won_amount,
        coalesce(sum(case when is_lost_within then value_amount_reporting end), 0) as lost_amount
    from judged
    group by month, window_months, segment
),

rated as (
    select
        *,
        cast(won_opportunities as double)
        / nullif(won_opportunities + lost_opportunities, 0) as win_rate,
        cast(won_amount as double)
        / nullif(won_amount + lost_amount, 0) as value_win_rate,
        cast(won_amount as double) / nullif(valued_wins, 0) as average_won
    from summed
)

select
    rated.month,
    rated.segment,
    cast(rated.window_months as bigint) as window_months,
    cast(rated.open_opportunities as bigint) as open_opportunities,
    cast(rated.won_opportunities as bigint) as won_opportunities,
    cast(rated.lost_opportunities as bigint) as lost_opportunities,
    cast(rated.opportunities_without_rate as bigint) as opportunities_without_rate,
    cast(rated.won_amount as decimal(18, 2)) as won_amount_reporting,
    cast(rated.lost_amount as decimal(18, 2)) as lost_amount_reporting,
    rated.win_rate,
    rated.value_win_rate,
    cast(rated.average_won as decimal(18, 2)) as average_won_amount_reporting,
    cycles.median_days as median_cycle_days,
    cast(
        rated.open_opportunities * rated.win_rate * rated.average_won
        / nullif(cycles.median_days, 0) as decimal(18, 2)
    ) as velocity_amount_reporting,
    months.is_complete
from rated
inner join months on rated.month = months.month
left join cycles
    on
        rated.month = cycles.month
        and rated.window_months = cycles.window_months
        and rated.segment = cycles.segment

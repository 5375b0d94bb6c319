with planned as (
    select * from {{ ref('int_budgets__lines') }}
),

spend as (
    select * from {{ ref('int_budgets__spend') }}
    where not has_line
),

settings as (
    select * from {{ ref('stg_config__budget_settings') }}
),

company as (
    select * from {{ ref('stg_config__company') }}
),

lines as (
    select
        budget_line_id,
        source,
        true as has_line,
        starts_on,
        ends_on,
        channel,
        canonical_campaign,
        plan_amount,
        committed_amount,
        currency_code
    from planned
    union all
    -- Spend that nobody planned, by its month.
    select
        budget_line_id,
        '(none)' as source,
        false as has_line,
        {{ month_of('min(reported_on)') }} as starts_on,
        cast(
            {{ add_days(month_of(add_days(month_of('min(reported_on)'), 31)), -1) }} as date
        ) as ends_on,
        min(channel) as channel,
        min(canonical_campaign) as canonical_campaign,
        cast(0 as decimal(18, 2)) as plan_amount,
        cast(null as decimal(18, 2)) as committed_amount,
        cast(null as varchar) as currency_code
    from spend
    group by budget_line_id
),

years as (
    select
        lines.*,
        {{ surrogate_key(['lines.source', 'lines.channel', 'lines.canonical_campaign']) }}
            as series_id,
        settings.rate_locked_on,
        company.reporting_currency,
        {{ date_in_zone(as_of(), 'company.reporting_time_zone') }} as today_on,
        extract(year from lines.starts_on)
        - case
            when extract(month from lines.starts_on) < coalesce(company.fiscal_year_start_month, 1)
                then 1
            else 0
        end as fiscal_year,
        coalesce(company.fiscal_year_start_month, 1) as first_month
    from lines
    cross join settings
    cross join company
),

locked as (
    select
        *,
        case
            when rate_locked_on = 'period_start' then starts_on
            else
                cast(
                    concat(
                        cast(fiscal_year as varchar),
                        '-',
                        lpad(cast(first_month as varchar), 2, '0'),
                        '-01'
                    ) as date
                )
        end as lock_on
    from years
)

select
    budget_line_id,
    source,
    series_id,
    has_line,
    starts_on,
    ends_on,
    channel,
    canonical_campaign,
    plan_amount,
    committed_amount,
    currency_code,
    reporting_currency,
    today_on,
    -- A rate that is still to come cannot be locked: until then the newest one stands.
    case when lock_on > today_on then today_on else lock_on end as locked_on
from locked

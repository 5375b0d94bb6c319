with budgets as (
    select * from {{ ref('stg_file_drops__budgets') }}
    where starts_on is not null
),

channels as (
    select * from {{ ref('int_campaigns__channels') }}
),

starts as (
    select distinct
        source,
        starts_on
    from budgets
),

periods as (
    select
        source,
        starts_on,
        lead(starts_on) over (partition by source order by starts_on) as next_starts_on
    from starts
),

named as (
    select
        budgets.*,
        periods.next_starts_on,
        trim({{ regexp_replace_all('lower(budgets.channel)', '[^a-z0-9]+', '_') }}, '_')
            as channel_code,
        trim(
            {{ regexp_replace_all(
                'lower(' ~ without_addresses('budgets.campaign') ~ ')', '[^a-z0-9]+', '_'
            ) }}, '_'
        ) as campaign_code
    from budgets
    inner join periods
        on budgets.source = periods.source and budgets.starts_on = periods.starts_on
)

select
    {{ surrogate_key(['named.source', 'named.starts_on', 'named.channel', 'named.campaign']) }}
        as budget_line_id,
    named.source,
    named.starts_on,
    -- Where the sheet does not say, the next period of the sheet ends it; the last one its month.
    cast(
        coalesce(
            named.ends_on,
            {{ add_days('named.next_starts_on', -1) }},
            {{ add_days(month_of(add_days(month_of('named.starts_on'), 31)), -1) }}
        ) as date
    ) as ends_on,
    nullif(named.channel_code, '') as channel,
    channels.channel is not null or nullif(named.channel_code, '') is null as is_channel_known,
    nullif(named.campaign_code, '') as canonical_campaign,
    named.budget_amount as plan_amount,
    named.committed_amount,
    named.currency_code
from named
left join channels on named.channel_code = channels.channel

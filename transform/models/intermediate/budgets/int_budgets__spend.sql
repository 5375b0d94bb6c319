with ad_days as (
    select * from {{ ref('int_ads__ad_days') }}
    where spend_amount <> 0
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

lines as (
    select * from {{ ref('int_budgets__lines') }}
),

spend as (
    select
        ad_days.reported_on,
        coalesce(campaigns.channel, 'other') as channel,
        -- What an account was charged beside its campaigns is of no campaign.
        case
            when ad_days.campaign_native_id <> '(not at this grain)'
                then campaigns.canonical_campaign
        end as canonical_campaign,
        ad_days.currency_code,
        sum(ad_days.spend_amount) as spend_amount,
        sum(cast(ad_days.spend_amount * ad_days.fx_rate as decimal(18, 6)))
            as spend_amount_reporting
    from ad_days
    left join campaigns on ad_days.campaign_id = campaigns.campaign_id
    group by
        ad_days.reported_on,
        coalesce(campaigns.channel, 'other'),
        case
            when ad_days.campaign_native_id <> '(not at this grain)'
                then campaigns.canonical_campaign
        end,
        ad_days.currency_code
),

matched as (
    -- The line that says most of it: channel and campaign, else the campaign, else the channel.
    select
        spend.*,
        lines.budget_line_id,
        row_number() over (
            partition by
                spend.reported_on,
                spend.channel,
                spend.canonical_campaign,
                spend.currency_code
            order by
                case
                    when lines.canonical_campaign is not null and lines.channel is not null then 1
                    when lines.canonical_campaign is not null then 2
                    when lines.channel is not null then 3
                    else 4
                end,
                lines.starts_on desc,
                lines.budget_line_id asc
        ) as line_rank
    from spend
    left join lines
        on
            spend.reported_on between lines.starts_on and lines.ends_on
            and (lines.channel is null or spend.channel = lines.channel)
            and (
                lines.canonical_campaign is null
                or spend.canonical_campaign = lines.canonical_campaign
            )
)

select
    coalesce(
        budget_line_id,
        {{ surrogate_key([
            "'no line'", month_of('reported_on'), 'channel', 'canonical_campaign'
        ]) }}
    ) as budget_line_id,
    budget_line_id is not null as has_line,
    reported_on,
    channel,
    canonical_campaign,
    currency_code,
    cast(spend_amount as decimal(18, 6)) as spend_amount,
    cast(spend_amount_reporting as decimal(18, 6)) as spend_amount_reporting
from matched
where line_rank = 1

-- A return needs spend and value in one segment, so spend stands beside every attribution model
-- (model_spend) and every platform, whose claims are never summed with another's.
with spend_days as (
    select * from {{ ref('int_ads__spend_days') }}
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

channels as (
    select * from {{ ref('int_campaigns__channels') }}
),

channel_roi as (
    select * from {{ ref('int_ads__channel_roi') }}
    where stage = 'won'
),

whole as (
    select
        '(all)' as segment,
        date_day,
        sum(spend_amount_reporting) as spend
    from spend_days
    group by date_day
),

by_platform as (
    select
        campaigns.platform as segment,
        spend_days.date_day,
        sum(spend_days.spend_amount_reporting) as spend,
        sum(cast(spend_days.platform_value_reporting as decimal(28, 6))) as claimed_value
    from spend_days
    inner join campaigns on spend_days.campaign_id = campaigns.campaign_id
    group by campaigns.platform, spend_days.date_day
),

by_model as (
    select
        channel_roi.attribution_model as segment,
        channel_roi.date_day,
        sum(channel_roi.spend_amount_reporting) as model_spend,
        sum(case when channels.is_paid then channel_roi.value_amount_reporting else 0 end)
            as paid_value,
        sum(channel_roi.conversions) as credited,
        sum(case when channel_roi.channel = '(none)' then 0 else channel_roi.conversions end)
            as covered
    from channel_roi
    left join channels on channel_roi.channel = channels.channel
    group by channel_roi.attribution_model, channel_roi.date_day
),

unpivoted as (
    {% for part, measure in [
        ('whole', 'spend'),
        ('by_platform', 'spend'),
        ('by_platform', 'claimed_value'),
        ('by_model', 'model_spend'),
        ('by_model', 'paid_value'),
        ('by_model', 'credited'),
        ('by_model', 'covered'),
    ] %}
        select
            '{{ measure }}' as measure,
            segment,
            date_day,
            cast(coalesce({{ measure }}, 0) as decimal(28, 6)) as amount
        from {{ part }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from unpivoted

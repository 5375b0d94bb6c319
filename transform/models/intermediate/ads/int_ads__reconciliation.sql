-- Three books of the same campaigns: what a platform claims, what the site saw, what the CRM holds.
with spend_days as (
    select * from {{ ref('int_ads__spend_days') }}
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
),

touch_campaigns as (
    select * from {{ ref('int_ads__touch_campaigns') }}
),

forms as (
    select * from {{ ref('int_touchpoints__evidence') }}
    where kind = 'form'
),

conversions as (
    select * from {{ ref('int_conversions__conversions') }}
    where stage in ('lead', 'won')
),

company as (
    select * from {{ ref('stg_config__company') }}
),

-- As platforms count, and whatever models are configured: the last touch takes it all, a direct
-- visit only where there is no other.
ranked as (
    select
        conversion_id,
        touchpoint_id,
        row_number() over (
            partition by conversion_id
            order by case when is_direct then 1 else 0 end, touch_position desc
        ) as preference
    from {{ ref('int_attribution__journeys') }}
),

claimed as (
    select
        spend_days.date_day,
        campaigns.platform,
        spend_days.campaign_id,
        'claimed' as book,
        cast(spend_days.platform_conversions as decimal(28, 6)) as conversions,
        0 as won_deals,
        cast(spend_days.platform_value_reporting as decimal(28, 6)) as value_amount,
        spend_days.attribution_setting,
        spend_days.is_final,
        spend_days.is_claim_rate_missing as is_rate_missing
    from spend_days
    inner join campaigns on spend_days.campaign_id = campaigns.campaign_id
),

observed as (
    select
        {{ date_in_zone('forms.occurred_at', 'company.reporting_time_zone') }} as date_day,
        touch_campaigns.platform,
        touch_campaigns.campaign_id,
        'observed' as book,
        cast(1 as decimal(28, 6)) as conversions,
        0 as won_deals,
        cast(null as decimal(28, 6)) as value_amount,
        cast(null as varchar) as attribution_setting,
        true as is_final,
        false as is_rate_missing
    from forms
    cross join company
    left join touch_campaigns on forms.touchpoint_id = touch_campaigns.touchpoint_id
),

recorded as (
    -- A refund takes value back and is no deal of its own.
    select
        {{ date_in_zone('conversions.converted_at', 'company.reporting_time_zone') }} as date_day,
        touch_campaigns.platform,
        touch_campaigns.campaign_id,
        'recorded' as book,
        cast(case when conversions.stage = 'lead' then 1 else 0 end as decimal(28, 6))
            as conversions,
        case when conversions.stage = 'won' and not conversions.is_reversal then 1 else 0 end
            as won_deals,
        cast(conversions.value_amount_reporting as decimal(28, 6)) as value_amount,
        cast(null as varchar) as attribution_setting,
        true as is_final,
        conversions.is_rate_missing
    from conversions
    cross join company
    left join ranked
        on
            coalesce(conversions.reverses_conversion_id, conversions.conversion_id)
            = ranked.conversion_id
            and ranked.preference = 1
    left join touch_campaigns on ranked.touchpoint_id = touch_campaigns.touchpoint_id
),

entries as (
    select * from claimed
    union all
    select * from observed
    union all
    select * from recorded
)

select
    date_day,
    coalesce(platform, '(none)') as platform,
    coalesce(campaign_id, '(none)') as campaign_id,
    sum(case when book = 'claimed' then conversions else 0 end) as claimed_conversions,
    sum(case when book = 'observed' then conversions else 0 end) as observed_conversions,
    sum(case when book = 'recorded' then conversions else 0 end) as recorded_conversions,
    sum(won_deals) as recorded_won,
    sum(case when book = 'claimed' then value_amount end) as claimed_value,
    sum(case when book = 'recorded' then value_amount end) as recorded_value,
    max(attribution_setting) as attribution_setting,
    max(case when book = 'claimed' then 1 else 0 end) = 1 as is_claimed,
    max(case when book = 'observed' then 1 else 0 end) = 1 as is_observed,
    max(case when book = 'recorded' then 1 else 0 end) = 1 as is_recorded,
    min(case when is_final then 1 else 0 end) = 1 as is_final,
    max(case when book = 'claimed' and is_rate_missing then 1 else 0 end) = 1
        as is_claim_rate_missing,
    max(case when book = 'recorded' and is_rate_missing then 1 else 0 end) = 1
        as is_value_rate_missing
from entries
group by date_day, coalesce(platform, '(none)'), coalesce(campaign_id, '(none)')

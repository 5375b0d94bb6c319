-- The ledger's standing versions add up to the spend mart, campaign by campaign and day by day; the
-- rest of an account that no campaign reports has no version of its own.
with standing as (
    select
        platform,
        account_id,
        campaign_id,
        reported_on,
        sum(spend_amount) as spend_amount
    from {{ ref('fct_ad_restatements') }}
    where is_current
    group by platform, account_id, campaign_id, reported_on
),

spent as (
    select
        platform,
        account_id,
        campaign_id,
        reported_on,
        sum(spend_amount) as spend_amount
    from {{ ref('fct_ad_performance') }}
    group by platform, account_id, campaign_id, reported_on
)

select
    coalesce(standing.campaign_id, spent.campaign_id) as campaign_id,
    coalesce(standing.reported_on, spent.reported_on) as reported_on
from standing
full outer join spent
    on
        standing.platform = spent.platform
        and standing.account_id = spent.account_id
        and standing.campaign_id = spent.campaign_id
        and standing.reported_on = spent.reported_on
where
    coalesce(standing.spend_amount, 0) <> coalesce(spent.spend_amount, 0)
    and coalesce(spent.campaign_id, '') not in (
        select
            {{ surrogate_key(['platform', 'account_id', "'(not at this grain)'"]) }} as campaign_id
        from {{ ref('int_ads__reported_days') }}
    )

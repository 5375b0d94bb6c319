-- Per account and day: the coarsest row that a platform reports is what the mart adds up to.
with reported as (
    {% for platform in var('ad_platforms') %}
        select
            platform,
            account_id,
            campaign_id,
            ad_group_id,
            ad_id,
            grain,
            reported_on,
            spend_amount
        from {{ ref('stg_' ~ platform ~ '__ad_days') }}
        where superseded_at is null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

placed as (
    select
        platform,
        account_id,
        reported_on,
        grain,
        spend_amount,
        max(case when grain = 'account' then 1 else 0 end) over (
            partition by platform, account_id, reported_on
        ) as has_account_row,
        max(case when grain = 'campaign' then 1 else 0 end) over (
            partition by platform, account_id, campaign_id, reported_on
        ) as has_campaign_row,
        max(case when grain = 'ad_group' then 1 else 0 end) over (
            partition by platform, account_id, campaign_id, ad_group_id, reported_on
        ) as has_ad_group_row
    from reported
),

spend_in as (
    select
        platform,
        account_id,
        reported_on,
        sum(spend_amount) as spend_amount
    from placed
    where
        grain = 'account'
        or (grain = 'campaign' and has_account_row = 0)
        or (grain = 'ad_group' and has_account_row = 0 and has_campaign_row = 0)
        or (
            grain = 'ad'
            and has_account_row = 0
            and has_campaign_row = 0
            and has_ad_group_row = 0
        )
    group by platform, account_id, reported_on
),

spend_out as (
    select
        platform,
        account_id,
        reported_on,
        sum(spend_amount) as spend_amount
    from {{ ref('fct_ad_performance') }}
    group by platform, account_id, reported_on
)

select
    coalesce(spend_in.platform, spend_out.platform) as platform,
    coalesce(spend_in.account_id, spend_out.account_id) as account_id,
    coalesce(spend_in.reported_on, spend_out.reported_on) as reported_on,
    spend_in.spend_amount as spend_reported,
    spend_out.spend_amount as spend_in_mart
from spend_in
full outer join spend_out
    on
        spend_in.platform = spend_out.platform
        and spend_in.account_id = spend_out.account_id
        and spend_in.reported_on = spend_out.reported_on
where coalesce(spend_in.spend_amount, 0) <> coalesce(spend_out.spend_amount, 0)

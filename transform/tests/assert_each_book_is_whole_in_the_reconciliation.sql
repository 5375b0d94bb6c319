-- Nothing is lost on the way into the three books: each platform's claims, every form that is no
-- spam, every lead, deal and won amount, whether an ad brought it or not.
with shown as (
    select
        platform,
        sum(cast(claimed_conversions as decimal(28, 6))) as claimed_conversions,
        sum(observed_conversions) as forms,
        sum(recorded_conversions) as leads,
        sum(recorded_won) as won_deals,
        coalesce(sum(recorded_value_reporting), 0) as won_value
    from {{ ref('rpt_conversion_reconciliation') }}
    group by platform
),

shown_in_all as (
    select
        sum(forms) as forms,
        sum(leads) as leads,
        sum(won_deals) as won_deals,
        sum(won_value) as won_value
    from shown
),

claimed as (
    select
        platform,
        sum(cast(platform_conversions as decimal(28, 6))) as claimed_conversions
    from {{ ref('fct_ad_performance') }}
    group by platform
),

sent as (
    select count(*) as forms from {{ ref('fct_form_submissions') }}
    where not is_spam
),

held as (
    select
        sum(case when stage = 'lead' then 1 else 0 end) as leads,
        sum(case when stage = 'won' and not is_reversal then 1 else 0 end) as won_deals,
        coalesce(sum(case when stage = 'won' then value_amount_reporting end), 0) as won_value
    from {{ ref('fct_conversions') }}
)

select coalesce(claimed.platform, shown.platform) as place
from claimed
full outer join shown on claimed.platform = shown.platform
where
    abs(coalesce(claimed.claimed_conversions, 0) - coalesce(shown.claimed_conversions, 0))
    > 0.000001
union all
select '(all)' as place
from shown_in_all
cross join sent
cross join held
where
    shown_in_all.forms <> sent.forms
    or shown_in_all.leads <> held.leads
    or shown_in_all.won_deals <> held.won_deals
    or shown_in_all.won_value <> held.won_value

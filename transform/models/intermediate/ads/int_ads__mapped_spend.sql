-- Mapped is spend of a campaign that its platform names and whose name follows the taxonomy: it
-- meets the touches and the deals of the same campaign elsewhere.
with spend_days as (
    select * from {{ ref('int_ads__spend_days') }}
),

campaigns as (
    select * from {{ ref('int_campaigns__campaigns') }}
)

select
    spend_days.date_day,
    sum(spend_days.spend_amount_reporting) as spend_amount_reporting,
    sum(
        case
            when campaigns.is_taxonomy_valid and campaigns.name <> campaigns.campaign_native_id
                then spend_days.spend_amount_reporting
            else 0
        end
    ) as mapped_spend_reporting,
    max(case when spend_days.is_spend_rate_missing then 1 else 0 end) = 1
        as is_spend_rate_missing
from spend_days
left join campaigns on spend_days.campaign_id = campaigns.campaign_id
group by spend_days.date_day

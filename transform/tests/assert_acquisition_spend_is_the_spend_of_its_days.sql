select
    months.month,
    months.ad_spend_reporting,
    coalesce(sum(spend.spend_amount_reporting), 0) as spend_of_its_days
from {{ ref('rpt_acquisition_cost') }} as months
left join {{ ref('fct_ad_performance') }} as spend
    on months.cost_from <= spend.reported_on and months.cost_to >= spend.reported_on
where months.ad_spend_reporting is not null
group by months.month, months.ad_spend_reporting
having coalesce(sum(spend.spend_amount_reporting), 0) <> months.ad_spend_reporting

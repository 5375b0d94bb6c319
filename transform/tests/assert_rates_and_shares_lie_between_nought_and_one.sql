-- A period rate may pass one, and is not here.
with shares as (
    {% for rate in [
        'open_rate', 'open_rate_lower', 'open_rate_upper', 'click_rate', 'click_to_open_rate',
        'bounce_rate', 'hard_bounce_rate', 'soft_bounce_rate'
    ] %}
        select
            'rpt_email_campaigns.{{ rate }}' as place,
            {{ rate }} as share
        from {{ ref('rpt_email_campaigns') }}
        union all
    {% endfor %}
    select
        'rpt_funnel_cohorts.conversion_rate' as place,
        conversion_rate as share
    from {{ ref('rpt_funnel_cohorts') }}
    union all
    {% for rate in ['win_rate', 'value_win_rate'] %}
        select
            'rpt_pipeline_velocity.{{ rate }}' as place,
            {{ rate }} as share
        from {{ ref('rpt_pipeline_velocity') }}
        union all
    {% endfor %}
    select
        'rpt_pipeline_influenced.influenced_share' as place,
        influenced_share as share
    from {{ ref('rpt_pipeline_influenced') }}
    union all
    select
        'rpt_channel_roi.coverage_share' as place,
        coverage_share as share
    from {{ ref('rpt_channel_roi') }}
    union all
    select
        'rpt_attribution_coverage.coverage_share' as place,
        coverage_share as share
    from {{ ref('rpt_attribution_coverage') }}
    union all
    select
        'rpt_attribution_coverage.mapped_spend_share' as place,
        mapped_spend_share as share
    from {{ ref('rpt_attribution_coverage') }}
    union all
    select
        'rpt_data_quality.score' as place,
        score as share
    from {{ ref('rpt_data_quality') }}
)

select
    place,
    min(share) as lowest,
    max(share) as highest
from shares
where share < 0 or share > 1 + 1e-9
group by place

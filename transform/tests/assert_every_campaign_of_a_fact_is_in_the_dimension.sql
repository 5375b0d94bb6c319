with facts as (
    select
        'fct_touchpoints' as place,
        campaign_id
    from {{ ref('fct_touchpoints') }}
    union
    select
        'fct_ad_performance' as place,
        campaign_id
    from {{ ref('fct_ad_performance') }}
    where not is_residual
    union
    select
        'fct_email_sends' as place,
        campaign_id
    from {{ ref('fct_email_sends') }}
    union
    select
        'fct_social_posts' as place,
        campaign_id
    from {{ ref('fct_social_posts') }}
    union
    select
        'rpt_pipeline_sourced' as place,
        nullif(campaign_id, '(none)') as campaign_id
    from {{ ref('rpt_pipeline_sourced') }}
    union
    select
        'rpt_pipeline_influenced' as place,
        nullif(campaign_id, '(all)') as campaign_id
    from {{ ref('rpt_pipeline_influenced') }}
)

select
    facts.place,
    facts.campaign_id
from facts
left join {{ ref('dim_campaigns') }} as campaigns on facts.campaign_id = campaigns.campaign_id
where facts.campaign_id is not null and campaigns.campaign_id is null

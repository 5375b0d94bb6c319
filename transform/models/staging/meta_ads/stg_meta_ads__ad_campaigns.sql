with campaigns as (
    select * from {{ source('meta_ads', 'campaigns') }}
    where _dlt_valid_to is null
),

accounts as (
    select * from {{ source('meta_ads', 'accounts') }}
    where _dlt_valid_to is null
),

ads as (
    select * from {{ source('meta_ads', 'ads') }}
    where _dlt_valid_to is null
),

tagged as (
    -- Tags are an ad's; a campaign has those on which its ads agree.
    select
        campaign_id,
        min(nullif(trim(url_tags), '')) as tracking_suffix
    from ads
    group by campaign_id
    having
        count(
            distinct {{ regexp_extract('lower(url_tags)', 'utm_campaign=([^&]+)') }}
        ) = 1
)

select
    'meta_ads' as platform,
    campaigns.account_id,
    campaigns.id as campaign_id,
    campaigns.name as campaign_name,
    case
        when campaigns.is_deleted then 'deleted' else lower(campaigns.effective_status)
    end as status,
    lower(campaigns.objective) as channel_type,
    {{ date_in_zone('campaigns.start_time', "coalesce(accounts.timezone_name, 'UTC')") }}
        as started_on,
    {{ date_in_zone('campaigns.stop_time', "coalesce(accounts.timezone_name, 'UTC')") }}
        as ended_on,
    tagged.tracking_suffix
from campaigns
left join accounts on campaigns.account_id = accounts.account_id
left join tagged on campaigns.id = tagged.campaign_id

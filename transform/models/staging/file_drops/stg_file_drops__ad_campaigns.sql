with source_rows as (
    select * from {{ source('file_drops', 'ad_days') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false)
),

-- Files of ad days name their campaigns on every row; the newest name counts.
ranked as (
    select
        source,
        account_id,
        campaign_id,
        campaign_name,
        min(reported_on) over (partition by source, account_id, campaign_id) as started_on,
        row_number() over (
            partition by source, account_id, campaign_id
            order by
                case when campaign_name is null then 1 else 0 end,
                reported_on desc,
                coalesce(campaign_name, '')
        ) as position
    from source_rows
    where nullif(trim(campaign_id), '') is not null
)

select
    source as platform,
    cast(account_id as varchar) as account_id,
    cast(campaign_id as varchar) as campaign_id,
    campaign_name,
    cast(null as varchar) as status,
    cast(null as varchar) as channel_type,
    cast(started_on as date) as started_on,
    cast(null as date) as ended_on,
    cast(null as varchar) as tracking_suffix
from ranked
where position = 1

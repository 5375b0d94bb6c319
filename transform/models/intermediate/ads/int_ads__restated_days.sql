{{ config(materialized='view') }}
with restatements as (
    select * from {{ ref('int_ads__restatements') }}
),

lookbacks as (
    select * from {{ ref('stg_config__lookback_windows') }}
)

select
    restatements.*,
    {{ surrogate_key([
        'restatements.platform', 'restatements.account_id', 'restatements.campaign_native_id'
    ]) }} as campaign_id,
    cast({{ days_between('reported_on', date_of('observed_at')) }} as bigint) as days_after,
    coalesce(lookbacks.final_after_days, 30) as final_after_days,
    {{ add_days('restatements.reported_on', 'coalesce(lookbacks.final_after_days, 30)') }}
    < {{ date_of(as_of()) }} as is_final
from restatements
left join lookbacks on restatements.platform = lookbacks.platform

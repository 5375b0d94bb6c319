with touched as (
    select
        campaign_id,
        email_id,
        _dlt_load_id,
        _dlt_valid_to
    from {{ source('mailchimp', 'sent_to') }}
    union all
    select
        campaign_id,
        email_id,
        _dlt_load_id,
        null as _dlt_valid_to
    from {{ source('mailchimp', 'email_activity') }}
    union all
    select
        campaign_id,
        email_id,
        _dlt_load_id,
        null as _dlt_valid_to
    from {{ source('mailchimp', 'unsubscribes') }}
    union all
    select
        campaign_id,
        email_id,
        _dlt_load_id,
        null as _dlt_valid_to
    from {{ source('mailchimp', 'abuse_reports') }}
)

select
    'mailchimp' as source,
    cast(campaign_id as varchar) as campaign_native_id,
    cast(email_id as varchar) as recipient_key,
    cast(_dlt_valid_to as timestamp) as closed_at,
    _dlt_load_id as load_id
from touched

with source_rows as (
    select * from {{ source('file_drops', 'email_events') }}
),

touched as (
    select distinct
        source,
        campaign_id,
        cast(_dlt_valid_to as timestamp) as closed_at,
        _dlt_load_id as load_id
    from source_rows
),

recipients as (
    select distinct
        source,
        campaign_id,
        {{ address_key('recipient') }} as recipient_key
    from source_rows
)

-- Who was sent to depends on what else the campaign's file holds, so a load touches all of them.
select
    touched.source,
    cast(touched.campaign_id as varchar) as campaign_native_id,
    recipients.recipient_key,
    touched.closed_at,
    touched.load_id
from touched
inner join recipients
    on
        touched.source = recipients.source
        and touched.campaign_id is not distinct from recipients.campaign_id

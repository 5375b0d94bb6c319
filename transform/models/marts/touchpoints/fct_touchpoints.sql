select
    touchpoint_id,
    person_id,
    account_id,
    touch_type,
    touch_class,
    channel,
    campaign_id,
    {{ without_addresses('source') }} as source,
    {{ without_addresses('medium') }} as medium,
    click_id_type,
    session_id,
    source_system,
    forms,
    email_clicks,
    is_lead_creation,
    touched_at
from {{ ref('int_touchpoints__touchpoints') }}

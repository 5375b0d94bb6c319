select lead_id
from {{ ref('fct_speed_to_lead') }}
where
    abs(speed_to_lead_hours - system_delay_hours - human_delay_hours) > 1e-6
    or system_delay_hours < 0
    or human_delay_hours < 0
    or is_touched <> (speed_to_lead_hours is not null)

with sends as (
    select * from {{ ref('int_email__sends') }}
),

per_person as (
    select
        campaign_id,
        person_id,
        sent_at,
        count(*) as addresses,
        max(case when bounce_class is null then 1 else 0 end) as delivered,
        min(bounce_class) as bounce_class,
        max(case when is_human_open then 1 else 0 end) as human_open,
        max(case when is_unknown_open then 1 else 0 end) as unknown_open,
        max(case when is_machine_open then 1 else 0 end) as machine_open,
        max(case when is_human_click then 1 else 0 end) as human_click,
        max(case when is_unsubscribed then 1 else 0 end) as unsubscribed,
        max(case when is_complaint then 1 else 0 end) as complaint
    from sends
    group by campaign_id, person_id, sent_at
)

select
    campaign_id,
    person_id,
    sent_at,
    cast(addresses as bigint) as addresses,
    delivered = 1 as delivered,
    bounce_class,
    human_open = 1 as is_human_open,
    unknown_open = 1 and human_open = 0 as is_unknown_open,
    machine_open = 1 as is_machine_open,
    human_click = 1 as is_human_click,
    unsubscribed = 1 as is_unsubscribed,
    complaint = 1 as is_complaint
from per_person

with source_rows as (
    select * from {{ source('truth', 'opens') }}
)

select
    cast(campaign_id_mailchimp as varchar) as campaign_id_mailchimp,
    cast(email_id as varchar) as email_id,
    cast(occurred_at as timestamp) as occurred_at,
    cast(is_machine as boolean) as is_machine
from source_rows

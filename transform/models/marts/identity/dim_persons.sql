with persons as (
    select * from {{ ref('int_identity__persons') }}
)

select
    person_id,
    kind,
    account_id,
    lifecycle_stage,
    country_code,
    email_domain,
    cast(record_count as bigint) as record_count,
    is_customer,
    has_email,
    has_email and not is_unsubscribed and not is_deleted and kind = 'person' as is_contactable,
    is_deleted,
    first_seen_at,
    last_seen_at
from persons

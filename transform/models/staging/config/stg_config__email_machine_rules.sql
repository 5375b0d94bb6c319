with source_rows as (
    select * from {{ source('config', 'email_machine_rules') }}
)

select
    cast(rule_order as bigint) as rule_order,
    cast(rule_id as varchar) as rule_id,
    cast(rule_version as bigint) as rule_version,
    cast(kind as varchar) as kind,
    cast(ip_prefix as varchar) as ip_prefix,
    cast(max_seconds_after_send as double) as max_seconds_after_send,
    cast(user_agent_class as varchar) as user_agent_class,
    cast(verdict as varchar) as verdict
from source_rows

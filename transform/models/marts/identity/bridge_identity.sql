with bridge as (
    select * from {{ ref('int_identity__bridge') }}
)

-- Companies stand behind accounts, not behind a party; dim_accounts has them.
select
    source,
    object,
    source_record_id,
    person_id,
    account_id,
    kind,
    match_tier,
    match_rule,
    confidence,
    is_deleted,
    valid_from
from bridge
where person_id is not null

with issues as (
    select * from {{ ref('stg_quality__issues') }}
    -- Marts are judged after this table is built; their keys are ours and name no record.
    where source <> 'marts'
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
),

amounts as (
    select
        source,
        object,
        record_key,
        count(*) as open_opportunities,
        sum(value_amount_reporting) as open_amount_reporting
    from {{ ref('int_quality__record_opportunities') }}
    group by source, object, record_key
)

select
    issues.issue_number,
    issues.rule_id,
    issues.source,
    issues.object,
    issues.record_key,
    -- Ids that are an address or its digest would tell whose they are. Ours are digests of ids.
    case
        when issues.source = 'all' then issues.record_key
        when issues.record_key like '%@%' then null
        when
            {{ regexp_matches(
                'issues.record_key', '(^|[^0-9a-fA-F])[0-9a-fA-F]{32}([^0-9a-fA-F]|$)'
            ) }}
            then null
        else issues.record_key
    end as published_record_id,
    bridge.person_id,
    bridge.account_id,
    issues.dimension,
    issues.field,
    issues.reason,
    issues.severity,
    issues.first_seen_at,
    issues.last_seen_at,
    issues.resolved_at,
    issues.resolved_at is null as is_open,
    coalesce(amounts.open_opportunities, 0) as open_opportunities,
    coalesce(amounts.open_amount_reporting, 0) as open_amount_reporting
from issues
left join bridge
    on
        issues.source = bridge.source
        and issues.object = bridge.object
        and issues.record_key = {{ published_id('bridge.source_record_id') }}
left join amounts
    on
        issues.source = amounts.source
        and issues.object = amounts.object
        and issues.record_key = amounts.record_key

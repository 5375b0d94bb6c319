with issues as (
    select * from {{ ref('int_quality__issues') }}
    where is_open
),

opportunities as (
    select * from {{ ref('int_quality__record_opportunities') }}
),

-- A euro counts once a fix, however many records of the fix it hangs on.
at_risk as (
    select distinct
        issues.rule_id,
        issues.source,
        issues.object,
        opportunities.opportunity_id,
        opportunities.value_amount_reporting
    from issues
    inner join opportunities
        on
            issues.source = opportunities.source
            and issues.object = opportunities.object
            and issues.record_key = opportunities.record_key
),

amounts as (
    select
        rule_id,
        source,
        object,
        count(*) as open_opportunities,
        count(*) - count(value_amount_reporting) as opportunities_without_rate,
        sum(value_amount_reporting) as open_amount_reporting
    from at_risk
    group by rule_id, source, object
),

fixes as (
    select
        rule_id,
        source,
        object,
        max(dimension) as dimension,
        max(field) as field,
        max(reason) as reason,
        max(severity) as severity,
        count(distinct record_key) as records,
        min(first_seen_at) as first_seen_at
    from issues
    group by rule_id, source, object
)

select
    fixes.rule_id,
    fixes.source,
    fixes.object,
    fixes.dimension,
    fixes.field,
    fixes.reason,
    fixes.severity,
    fixes.records,
    coalesce(amounts.open_opportunities, 0) as open_opportunities,
    coalesce(amounts.opportunities_without_rate, 0) as opportunities_without_rate,
    cast(coalesce(amounts.open_amount_reporting, 0) as decimal(18, 2)) as open_amount_reporting,
    row_number() over (
        order by
            coalesce(amounts.open_amount_reporting, 0) desc,
            fixes.records desc,
            fixes.rule_id asc,
            fixes.source asc,
            fixes.object asc
    ) as fix_rank,
    fixes.first_seen_at
from fixes
left join amounts
    on
        fixes.rule_id = amounts.rule_id
        and fixes.source = amounts.source
        and fixes.object = amounts.object

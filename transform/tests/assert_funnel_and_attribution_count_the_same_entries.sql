-- Leads, MQLs and SQLs that were seen, not imputed, are the conversions of that stage; and every
-- opportunity converts once, when it is created.
with counted as (
    select
        stage,
        count(*) as entries,
        0 as conversions
    from {{ ref('fct_lifecycle_events') }}
    where entity_type = 'person' and not is_inferred and stage in ('lead', 'mql', 'sql')
    group by stage
    union all
    select
        'opportunity' as stage,
        count(*) as entries,
        0 as conversions
    from {{ ref('fct_opportunities') }}
    where not is_reversal
    union all
    select
        stage,
        0 as entries,
        count(*) as conversions
    from {{ ref('fct_conversions') }}
    where stage in ('lead', 'mql', 'sql', 'opportunity')
    group by stage
)

select
    stage,
    sum(entries) as entries,
    sum(conversions) as conversions
from counted
group by stage
having sum(entries) <> sum(conversions)

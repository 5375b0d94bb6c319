with planted as (
    select * from {{ ref('stg_truth__planted') }}
    where object = 'budgets'
),

lines as (
    -- Months that are over: of others nobody can say yet.
    select
        *,
        concat(
            cast(starts_on as varchar), '|', coalesce(channel, ''), '|',
            coalesce(canonical_campaign, '')
        ) as budget_key
    from {{ ref('int_budgets__pacing') }}
    where is_complete
),

found as (
    select
        'budget_overspent' as subject,
        budget_key,
        status = 'overspent' as is_found
    from lines
    union all
    select
        'budget_line_missing' as subject,
        budget_key,
        status = 'no_line' as is_found
    from lines
    union all
    select
        'budget_line_unspent' as subject,
        budget_key,
        status = 'no_spend' as is_found
    from lines
),

counted as (
    select
        found.subject,
        sum(case when found.is_found and planted.kind is not null then 1.0 else 0.0 end)
            as right_count,
        sum(case when found.is_found then 1.0 else 0.0 end) as found_count,
        sum(case when planted.kind is not null then 1.0 else 0.0 end) as true_count
    from found
    left join planted
        on found.subject = planted.kind and found.budget_key = planted.record_key
    group by found.subject
)

select
    concat(subject, '_precision') as metric,
    right_count / nullif(found_count, 0) as value,
    'Of the budget lines and unplanned spends of past months said to be so, the share that are.'
        as note
from counted
union all
select
    concat(subject, '_recall') as metric,
    right_count / nullif(true_count, 0) as value,
    'Of the budget lines and unplanned spends of past months that are so, the share found.' as note
from counted

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

judged as (
    select
        found.subject,
        found.is_found,
        planted.kind is not null as is_true
    from found
    left join planted
        on found.subject = planted.kind and found.budget_key = planted.record_key
)

{{ precision_and_recall(
    'judged',
    "'Of the budget lines and unplanned spends of past months said to be so, the share that are.'",
    "'Of the budget lines and unplanned spends of past months that are so, the share found.'"
) }}

with true_records as (
    select * from {{ ref('stg_truth__records') }}
),

metrics as (
    select
        metric,
        value,
        note
    from {{ ref('int_quality__identity_scores') }}
    union all
    select
        metric,
        value,
        note
    from {{ ref('int_quality__detection_scores') }}
    union all
    select
        metric,
        value,
        note
    from {{ ref('int_quality__credit_scores') }}
    union all
    select
        metric,
        value,
        note
    from {{ ref('int_quality__routing_scores') }}
    union all
    select
        metric,
        value,
        note
    from {{ ref('int_quality__launch_scores') }}
    union all
    select
        metric,
        value,
        note
    from {{ ref('int_quality__budget_scores') }}
    union all
    select
        metric,
        value,
        note
    from {{ ref('int_quality__consent_scores') }}
)

select
    metric,
    round(cast(value as double), 10) as value,
    note
from metrics
where exists (select 1 from true_records)

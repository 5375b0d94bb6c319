with opened as (
    select
        count(*) as opportunities,
        coalesce(sum(value_amount_reporting), 0) as open_amount
    from {{ ref('fct_opportunities') }}
    where is_open
),

pipeline as (
    select
        coalesce(sum(opportunities), 0) as opportunities,
        coalesce(sum(open_amount_reporting), 0) as open_amount
    from {{ ref('rpt_pipeline') }}
)

select pipeline.*
from pipeline
cross join opened
where
    pipeline.opportunities <> opened.opportunities
    or pipeline.open_amount <> opened.open_amount

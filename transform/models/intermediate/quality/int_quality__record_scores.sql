with object_scores as (
    select * from {{ ref('stg_quality__object_scores') }}
),

record_scores as (
    select * from {{ ref('stg_quality__record_scores') }}
),

amounts as (
    select
        source,
        object,
        record_key,
        sum(value_amount_reporting) as open_amount_reporting
    from {{ ref('int_quality__record_opportunities') }}
    group by source, object, record_key
),

-- Decimals until the division: sums of doubles depend on the order of rows.
summed as (
    select
        record_scores.source,
        record_scores.object,
        count(*) as records_with_pipeline,
        sum(amounts.open_amount_reporting) as open_amount_reporting,
        sum(cast(record_scores.score as decimal(9, 6)) * amounts.open_amount_reporting)
            as weighted_score
    from record_scores
    inner join amounts
        on
            record_scores.source = amounts.source
            and record_scores.object = amounts.object
            and record_scores.record_key = amounts.record_key
    where record_scores.score is not null and amounts.open_amount_reporting > 0
    group by record_scores.source, record_scores.object
),

weighted as (
    select
        source,
        object,
        records_with_pipeline,
        round(cast(weighted_score as double) / cast(open_amount_reporting as double), 6)
            as score_by_pipeline
    from summed
)

select
    object_scores.day,
    object_scores.source,
    object_scores.object,
    object_scores.records,
    object_scores.score,
    coalesce(weighted.records_with_pipeline, 0) as records_with_pipeline,
    -- Of the records as they are: past days keep their plain mean only.
    weighted.score_by_pipeline
from object_scores
left join weighted
    on
        object_scores.source = weighted.source
        and object_scores.object = weighted.object
        and object_scores.day = {{ date_of(as_of()) }}

select
    day,
    source,
    object,
    records,
    score,
    records_with_pipeline,
    score_by_pipeline
from {{ ref('int_quality__record_scores') }}

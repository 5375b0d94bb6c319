select
    day,
    source,
    object,
    dimension,
    field,
    records,
    passed,
    score,
    compared_day as compared_on,
    score_before,
    score_change,
    trend
from {{ ref('int_quality__trend') }}

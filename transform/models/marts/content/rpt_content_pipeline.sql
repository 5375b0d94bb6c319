with pipeline as (
    select * from {{ ref('int_content__pipeline') }}
)

select
    week_start_on,
    source,
    stage,
    cast(position as bigint) as position,
    cast(entered as bigint) as entered,
    cast(exited as bigint) as exited,
    cast(in_stage as bigint) as in_stage,
    median_business_days
from pipeline

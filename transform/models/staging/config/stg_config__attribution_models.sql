with source_rows as (
    select * from {{ source('config', 'attribution_models') }}
)

select
    cast(model as varchar) as model,
    cast(rule as varchar) as rule,
    cast(first_share as double) as first_share,
    cast(lead_share as double) as lead_share,
    cast(opportunity_share as double) as opportunity_share,
    cast(close_share as double) as close_share,
    cast(last_share as double) as last_share,
    cast(rest_share as double) as rest_share
from source_rows

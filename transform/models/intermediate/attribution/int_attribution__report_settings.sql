with paths as (
    select * from {{ ref('stg_config__attribution_paths') }}
),

stability as (
    select * from {{ ref('stg_config__attribution_stability') }}
)

select
    paths.top_paths,
    stability.stable_within_ranks
from paths
cross join stability

with windows as (
    select * from {{ ref('stg_config__attribution_windows') }}
),

lookbacks as (
    select * from {{ ref('stg_config__attribution_lookbacks') }}
),

every_lookback as (
    select
        stage,
        lookback_days
    from windows
    union
    select
        windows.stage,
        lookbacks.lookback_days
    from windows
    cross join lookbacks
)

select
    every_lookback.stage,
    every_lookback.lookback_days,
    windows.half_life_days,
    every_lookback.lookback_days = windows.lookback_days as is_in_force
from every_lookback
inner join windows on every_lookback.stage = windows.stage

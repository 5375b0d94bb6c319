with source_rows as (
    select * from {{ source('config', 'ad_networks') }}
)

select
    cast(platform as varchar) as platform,
    cast(ad_network as varchar) as ad_network
from source_rows

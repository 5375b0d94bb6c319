with models as (
    select count(*) as expected from {{ ref('stg_config__attribution_models') }}
),

credited as (
    select
        conversion_id,
        count(distinct attribution_model) as models
    from {{ ref('fct_attribution_credits') }}
    group by conversion_id
)

select conversions.conversion_id
from {{ ref('fct_conversions') }} as conversions
cross join models
left join credited on conversions.conversion_id = credited.conversion_id
where coalesce(credited.models, 0) <> models.expected

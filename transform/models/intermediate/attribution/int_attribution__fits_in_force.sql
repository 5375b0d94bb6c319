{{ config(
    materialized='incremental',
    incremental_strategy=incremental_strategy(),
    unique_key=['attribution_model', 'stage', 'month'],
    meta={
        'feeds': {'month': ['stage', 'month']}
    }
) }}
with conversions as (
    select * from {{ ref('int_conversions__conversions') }}
    where reverses_conversion_id is null
),

models as (
    select * from {{ ref('stg_config__attribution_models') }}
    where rule = 'fitted'
),

fits as (
    select * from {{ ref('stg_attribution__fits') }}
    where is_in_force and refusal is null
),

months as (
    select distinct
        stage,
        {{ month_of('converted_at') }} as month
    from conversions
),

ranked as (
    select
        models.model as attribution_model,
        months.stage,
        months.month,
        fits.model_fit_id,
        row_number() over (
            partition by models.model, months.stage, months.month
            order by coalesce(fits.month, months.month) desc
        ) as newest_rank
    from months
    cross join models
    left join fits
        on
            models.model = fits.attribution_model
            and months.stage = fits.stage
            and months.month >= fits.month
)

select
    attribution_model,
    stage,
    month,
    model_fit_id
from ranked
where newest_rank = 1

with credited as (
    select
        conversion_id,
        attribution_model,
        sum(value_amount) as value_amount,
        sum(value_amount_reporting) as value_amount_reporting,
        sum(case when value_amount_reporting is null then 1 else 0 end) as credits_without_rate,
        count(*) as credits
    from {{ ref('fct_attribution_credits') }}
    group by conversion_id, attribution_model
)

select
    conversions.conversion_id,
    credited.attribution_model
from {{ ref('fct_conversions') }} as conversions
inner join credited on conversions.conversion_id = credited.conversion_id
where
    credited.value_amount <> coalesce(conversions.value_amount, 0)
    or (
        conversions.is_rate_missing
        and credited.credits_without_rate <> credited.credits
    )
    or (
        not conversions.is_rate_missing
        and (
            credited.credits_without_rate > 0
            or credited.value_amount_reporting
            <> coalesce(conversions.value_amount_reporting, 0)
        )
    )

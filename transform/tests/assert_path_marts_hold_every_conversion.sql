with conversions as (
    select
        stage,
        sum(case when is_reversal then 0 else 1 end) as conversions,
        sum(coalesce(value_amount_reporting, 0)) as value_amount_reporting
    from {{ ref('fct_conversions') }}
    group by stage
),

path_rows as (
    {% for mart, is_untouched in [
        ('rpt_attribution_paths', "path = '(none)'"),
        ('rpt_attribution_path_lengths', 'touches = 0'),
        ('rpt_attribution_time_to_convert', "time_bucket = '(none)'"),
    ] %}
        select
            '{{ mart }}' as mart,
            stage,
            conversions,
            value_amount_reporting,
            case when {{ is_untouched }} then conversions else 0 end as without_touch
        from {{ ref(mart) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

marts as (
    select distinct mart
    from path_rows
),

held as (
    select
        mart,
        stage,
        sum(conversions) as conversions,
        sum(value_amount_reporting) as value_amount_reporting,
        sum(without_touch) as without_touch
    from path_rows
    group by mart, stage
),

uncredited as (
    select
        stage,
        count(distinct conversion_id) as conversions
    from {{ ref('fct_attribution_credits') }}
    where touchpoint_id = '(none)' and not is_reversal
    group by stage
)

select
    marts.mart,
    conversions.*,
    held.conversions as held_conversions,
    held.value_amount_reporting as held_value,
    held.without_touch
from conversions
cross join marts
left join held on conversions.stage = held.stage and marts.mart = held.mart
left join uncredited on conversions.stage = uncredited.stage
where
    held.stage is null
    or conversions.conversions <> held.conversions
    or conversions.value_amount_reporting <> held.value_amount_reporting
    or held.without_touch <> coalesce(uncredited.conversions, 0)

{%- set breakdowns = [
    ('age_gender', 'age', 'gender'),
    ('country', 'country', "''"),
    ('placement', 'publisher_platform', 'platform_position'),
    ('device', 'impression_device', "''"),
] -%}
with broken_down as (
    {% for breakdown, first_value, second_value in breakdowns %}
        select
            '{{ breakdown }}' as breakdown,
            account_id,
            campaign_id,
            {{ first_value }} as first_value,
            {{ second_value }} as second_value,
            date_start,
            account_currency,
            impressions,
            inline_link_clicks,
            reach,
            spend,
            _dlt_valid_from
        from {{ source('meta_ads', 'insights_by_' ~ breakdown) }}
        where _dlt_valid_to is null and not coalesce(is_deleted, false)
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    'meta_ads' as platform,
    account_id,
    campaign_id,
    breakdown,
    first_value,
    second_value,
    cast(date_start as date) as reported_on,
    account_currency as currency_code,
    cast(impressions as bigint) as impressions,
    cast(inline_link_clicks as bigint) as clicks,
    cast(reach as bigint) as reach,
    {{ safe_decimal('spend', 18, 6) }} as spend_amount,
    cast(_dlt_valid_from as timestamp) as observed_at
from broken_down

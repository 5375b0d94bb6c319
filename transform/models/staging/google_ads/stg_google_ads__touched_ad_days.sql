{%- set tables = ['account_stats', 'campaign_stats', 'ad_group_stats', 'ad_stats'] -%}
with touched as (
    {% for table in tables %}
        select
            customer__id,
            segments__date,
            _dlt_valid_to,
            _dlt_load_id
        from {{ source('google_ads', table) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    'google_ads' as platform,
    cast(customer__id as varchar) as account_id,
    cast(segments__date as date) as reported_on,
    cast(_dlt_valid_to as timestamp) as closed_at,
    _dlt_load_id as load_id
from touched

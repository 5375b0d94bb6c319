{%- set tables = ['insights', 'insight_actions'] -%}
with touched as (
    {% for table in tables %}
        select
            account_id,
            date_start,
            _dlt_valid_to,
            _dlt_load_id
        from {{ source('meta_ads', table) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    'meta_ads' as platform,
    account_id,
    cast(date_start as date) as reported_on,
    cast(_dlt_valid_to as timestamp) as closed_at,
    _dlt_load_id as load_id
from touched

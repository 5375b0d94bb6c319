with tagged as (
    {% for system in var('web_sources') %}
        {% for tag in ['source', 'medium', 'campaign'] %}
            select
                '{{ tag }}' as tag,
                utm_{{ tag }} as raw_value,
                occurred_at
            from {{ ref('stg_' ~ system ~ '__events') }}
            where utm_{{ tag }} is not null
            {{ 'union all' if not loop.last }}
        {% endfor %}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A value that holds an address names somebody.
doubtful as (
    select * from {{ source('hygiene', 'utm_values') }}
    where problem is not null and problem not in ('empty', 'holds_address')
)

select
    doubtful.context as tag,
    doubtful.utm_value,
    max(doubtful.problem) as problem,
    max(doubtful.suggestion) as suggested_value,
    count(tagged.raw_value) as events,
    min(tagged.occurred_at) as first_seen_at,
    max(tagged.occurred_at) as last_seen_at
from doubtful
left join tagged
    on doubtful.context = tagged.tag and doubtful.raw_value = tagged.raw_value
group by doubtful.context, doubtful.utm_value

-- Every recipient of every campaign is in the send mart and in the campaign report once.
with sends_in as (
    {% for platform in var('email_platforms') %}
        select count(*) as sends from {{ ref('stg_' ~ platform ~ '__email_sends') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

totals as (
    select
        'staging' as place,
        coalesce(sum(sends), 0) as sends
    from sends_in
    union all
    select
        'fct_email_sends' as place,
        coalesce(sum(addresses), 0) as sends
    from {{ ref('fct_email_sends') }}
    union all
    select
        'rpt_email_campaigns' as place,
        coalesce(sum(sent), 0) as sends
    from {{ ref('rpt_email_campaigns') }}
)

select
    min(sends) as fewest,
    max(sends) as most
from totals
having min(sends) <> max(sends)

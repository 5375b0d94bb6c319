with submissions as (
    {% for system in var('form_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__form_submissions') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

parsed as (
    select
        source,
        submission_id,
        form_id,
        submitted_at,
        lower(landing_page) as page_url,
        -- The query may carry an address: it is read for campaign values and not kept.
        {{ regexp_replace_all('landing_page', '[?#].*$', '') }} as landing_page
    from submissions
    where submitted_at <= {{ as_of() }}
),

tagged as (
    select
        source,
        submission_id,
        form_id,
        landing_page,
        case
            when {{ regexp_matches('page_url', '[?&]gclid=[^&#]') }} then 'gclid'
            when {{ regexp_matches('page_url', '[?&]msclkid=[^&#]') }} then 'msclkid'
            when {{ regexp_matches('page_url', '[?&]li_fat_id=[^&#]') }} then 'li_fat_id'
            when {{ regexp_matches('page_url', '[?&]fbclid=[^&#]') }} then 'fbclid'
        end as click_id_type,
        {{ regexp_extract('page_url', '[?&]utm_source=([^&#]*)') }} as utm_source,
        {{ regexp_extract('page_url', '[?&]utm_medium=([^&#]*)') }} as utm_medium,
        {{ regexp_replace_all(
            regexp_extract('page_url', '[?&]utm_campaign=([^&#]*)'), '[ +-]+', '_'
        ) }} as utm_campaign,
        cast(null as varchar) as referrer_host,
        submitted_at
    from parsed
)

select
    source,
    submission_id,
    form_id,
    landing_page,
    click_id_type,
    utm_source,
    utm_medium,
    utm_campaign,
    referrer_host,
    {{ surrogate_key(['click_id_type', 'utm_source', 'utm_medium', 'referrer_host']) }}
        as evidence_key,
    submitted_at
from tagged

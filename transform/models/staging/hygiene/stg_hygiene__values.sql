with people as (
    {% for system in var('crm_systems') %}
        select
            email,
            phone,
            first_name,
            last_name,
            company_name,
            country,
            region,
            job_title
        from {{ ref('stg_' ~ system ~ '__contacts') }}
        union all
    {% endfor %}
    {% for model in staging_models('list_systems', 'members')
        + staging_models('form_systems', 'form_submissions') %}
        select
            email,
            phone,
            first_name,
            last_name,
            company_name,
            country,
            cast(null as varchar) as region,
            cast(null as varchar) as job_title
        from {{ ref(model) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

companies as (
    {% for system in var('crm_systems') %}
        select
            name,
            domain,
            industry,
            country
        from {{ ref('stg_' ~ system ~ '__companies') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

addresses as (
    select email from people
    union
    select email from {{ ref('stg_file_drops__recipients') }}
    {% for system in var('web_sources') %}
        union
        select email from {{ ref('stg_' ~ system ~ '__events') }}
    {% endfor %}
),

tagged as (
    {% for system in var('web_sources') %}
        select
            utm_source,
            utm_medium
        from {{ ref('stg_' ~ system ~ '__events') }}
        union
    {% endfor %}
    {% for system in var('form_systems') %}
        select
            {{ regexp_extract('lower(landing_page)', '[?&]utm_source=([^&#]*)') }},
            {{ regexp_extract('lower(landing_page)', '[?&]utm_medium=([^&#]*)') }}
        from {{ ref('stg_' ~ system ~ '__form_submissions') }}
        {{ 'union' if not loop.last }}
    {% endfor %}
),

named as (
    select
        first_name,
        last_name,
        case when last_name is null and first_name like '% %' then 'whole' else 'first' end
            as first_role,
        case when first_name is null and last_name like '% %' then 'whole' else 'last' end
            as last_role
    from people
),

-- The kind is the table of schema hygiene; the context is the country as stated, or a role.
stated (kind, raw_value, context) as (
    select 'countries', country, '' from people
    union
    select 'countries', country, '' from companies
    union
    select 'regions', region, coalesce(country, '') from people
    union
    select 'phones', phone, coalesce(country, '') from people
    union
    -- Plain addresses are read by SQL, a hundred times faster than a library reads them.
    select 'emails', email, '' from addresses where not {{ is_plain_address('email') }}
    union
    select 'domains', {{ address_domain('email') }}, '' from addresses
    union
    select 'domains', domain, '' from companies
    union
    select 'names', first_name, first_role from named
    union
    select 'names', last_name, last_role from named
    union
    select 'companies', company_name, '' from people
    union
    select 'companies', name, '' from companies
    union
    select 'job_titles', job_title, '' from people
    union
    select 'industries', industry, '' from companies
    {% for system in var('crm_systems') %}
        union
        select 'currencies', currency_code, '' from {{ ref('stg_' ~ system ~ '__deals') }}
    {% endfor %}
    union
    select 'utm_values', utm_source, 'source' from tagged
    union
    select 'utm_values', utm_medium, 'medium' from tagged
)

select
    kind,
    raw_value,
    context
from stated
where raw_value is not null

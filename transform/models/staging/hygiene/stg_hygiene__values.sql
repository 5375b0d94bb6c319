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
    {% for system in var('list_systems') %}
        select
            email,
            phone,
            first_name,
            last_name,
            company_name,
            country,
            cast(null as varchar) as region,
            cast(null as varchar) as job_title
        from {{ ref('stg_' ~ system ~ '__members') }}
        union all
    {% endfor %}
    {% for system in var('form_systems') %}
        select
            email,
            phone,
            first_name,
            last_name,
            company_name,
            country,
            cast(null as varchar) as region,
            cast(null as varchar) as job_title
        from {{ ref('stg_' ~ system ~ '__form_submissions') }}
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

-- What a lead was routed by may have been mended since.
contact_versions as (
    {% for system in var('routed_systems') %}
        select
            country,
            region,
            job_title
        from {{ ref('stg_' ~ system ~ '__contact_versions') }}
        {{ 'union' if not loop.last }}
    {% endfor %}
),

company_versions as (
    {% for system in var('routed_systems') %}
        select industry from {{ ref('stg_' ~ system ~ '__company_versions') }}
        {{ 'union' if not loop.last }}
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
            utm_medium,
            utm_campaign
        from {{ ref('stg_' ~ system ~ '__events') }}
        union
    {% endfor %}
    {% for system in var('form_systems') %}
        select
            {{ regexp_extract('lower(landing_page)', '[?&]utm_source=([^&#]*)') }},
            {{ regexp_extract('lower(landing_page)', '[?&]utm_medium=([^&#]*)') }},
            {{ regexp_extract('lower(landing_page)', '[?&]utm_campaign=([^&#]*)') }}
        from {{ ref('stg_' ~ system ~ '__form_submissions') }}
        {{ 'union' if not loop.last }}
    {% endfor %}
),

-- Plain addresses are read by SQL, a hundred times faster than a library reads them.
odd_addresses as (
    select email from addresses
    where not {{ is_plain_address('email') }}
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

deals as (
    {% for system in var('crm_systems') %}
        select currency_code from {{ ref('stg_' ~ system ~ '__deals') }}
        {{ 'union' if not loop.last }}
    {% endfor %}
),

-- The kind is the table of schema hygiene; the context is the country as stated, or a role.
stated as (
    {% for kind, relation, column, context in [
        ('countries', 'people', 'country', "''"),
        ('countries', 'companies', 'country', "''"),
        ('countries', 'contact_versions', 'country', "''"),
        ('regions', 'people', 'region', "coalesce(country, '')"),
        ('regions', 'contact_versions', 'region', "coalesce(country, '')"),
        ('phones', 'people', 'phone', "coalesce(country, '')"),
        ('emails', 'odd_addresses', 'email', "''"),
        ('domains', 'addresses', address_domain('email'), "''"),
        ('domains', 'companies', 'domain', "''"),
        ('names', 'named', 'first_name', 'first_role'),
        ('names', 'named', 'last_name', 'last_role'),
        ('companies', 'people', 'company_name', "''"),
        ('companies', 'companies', 'name', "''"),
        ('job_titles', 'people', 'job_title', "''"),
        ('job_titles', 'contact_versions', 'job_title', "''"),
        ('industries', 'companies', 'industry', "''"),
        ('industries', 'company_versions', 'industry', "''"),
        ('currencies', 'deals', 'currency_code', "''"),
        ('utm_values', 'tagged', 'utm_source', "'source'"),
        ('utm_values', 'tagged', 'utm_medium', "'medium'"),
        ('utm_values', 'tagged', 'utm_campaign', "'campaign'"),
    ] %}
        select
            '{{ kind }}' as kind,
            {{ column }} as raw_value,
            {{ context }} as context
        from {{ relation }}
        {{ 'union' if not loop.last }}
    {% endfor %}
)

select
    kind,
    raw_value,
    context
from stated
where raw_value is not null

-- A mistyped id in config/routing.yml would make every lead of that owner a misroute.
with decisions as (
    select distinct
        crm,
        owner_native_id
    from {{ ref('stg_routing__decisions') }}
    where owner_native_id is not null
),

members as (
    select distinct
        crm,
        owner_native_id
    from {{ ref('stg_routing__pool_members') }}
),

required as (
    select * from decisions
    union
    select * from members
),

owners as (
    {% for system in var('routed_systems') %}
        select
            source,
            source_record_id
        from {{ ref('stg_' ~ system ~ '__owners') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- A CRM that could not be loaded yet has named nobody.
loaded as (
    select distinct source from owners
)

select
    required.crm,
    required.owner_native_id
from required
inner join loaded on required.crm = loaded.source
left join owners
    on required.crm = owners.source and required.owner_native_id = owners.source_record_id
where owners.source_record_id is null

with accounts as (
    select * from {{ source('identity', 'accounts') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
    where object = 'companies' and account_id is not null
),

companies as (
    {% for system in var('crm_systems') %}
        select
            source,
            source_record_id,
            name,
            industry,
            country,
            is_deleted,
            updated_at
        from {{ ref('stg_' ~ system ~ '__companies') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

ranked as (
    select
        bridge.account_id,
        companies.name,
        industries.industry,
        companies.industry as industry_native,
        countries.country_code,
        row_number() over (
            partition by bridge.account_id
            order by
                case when companies.is_deleted then 1 else 0 end asc,
                coalesce(companies.updated_at, cast('1970-01-01' as timestamp)) desc,
                companies.source asc,
                companies.source_record_id asc
        ) as position
    from bridge
    inner join companies
        on
            bridge.source = companies.source
            and bridge.source_record_id = companies.source_record_id
    left join {{ source('hygiene', 'countries') }} as countries
        on companies.country = countries.raw_value
    left join {{ source('hygiene', 'industries') }} as industries
        on companies.industry = industries.raw_value
),

people as (
    select
        account_id,
        count(*) as person_count
    from {{ ref('int_identity__persons') }}
    where account_id is not null and kind = 'person'
    group by account_id
)

select
    accounts.account_id,
    accounts.domain,
    coalesce(ranked.name, accounts.name) as name,
    ranked.country_code,
    ranked.industry,
    ranked.industry_native,
    coalesce(people.person_count, 0) as person_count
from accounts
left join ranked on accounts.account_id = ranked.account_id and ranked.position = 1
left join people on accounts.account_id = people.account_id

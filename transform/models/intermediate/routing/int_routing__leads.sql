-- Facts are those of the version in force at the arrival. What no load had seen by then is told by
-- the first version there is.
with requests as (
    select * from {{ ref('int_routing__requests') }}
),

contact_versions as (
    select * from {{ ref('int_hygiene__contact_versions') }}
),

company_versions as (
    select * from {{ ref('int_hygiene__company_versions') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
    where object = 'companies'
),

owner_changes as (
    {% for system in var('routed_systems') %}
        select * from {{ ref('stg_' ~ system ~ '__owner_changes') }}
        where object in {{ contact_objects() }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

contact_facts as (
    select
        requests.lead_id,
        contact_versions.*,
        contact_versions.loaded_at <= requests.arrived_at as is_observed,
        row_number() over (
            partition by requests.lead_id
            order by
                case when contact_versions.loaded_at <= requests.arrived_at then 0 else 1 end asc,
                abs({{ days_between('contact_versions.loaded_at', 'requests.arrived_at') }}) asc,
                contact_versions.version_id asc
        ) as position
    from requests
    inner join contact_versions
        on
            requests.source = contact_versions.source
            and requests.contact_record_id = contact_versions.source_record_id
),

company_facts as (
    -- Of several records of the account the oldest, which others were typed in beside.
    select
        requests.lead_id,
        company_versions.*,
        company_versions.loaded_at <= requests.arrived_at as is_observed,
        row_number() over (
            partition by requests.lead_id
            order by
                company_versions.created_at asc,
                company_versions.source_record_id asc,
                case when company_versions.loaded_at <= requests.arrived_at then 0 else 1 end asc,
                abs({{ days_between('company_versions.loaded_at', 'requests.arrived_at') }}) asc,
                company_versions.version_id asc
        ) as position
    from requests
    inner join bridge
        on requests.source = bridge.source and requests.account_id = bridge.account_id
    inner join company_versions
        on
            bridge.source = company_versions.source
            and bridge.source_record_id = company_versions.source_record_id
    where company_versions.created_at <= requests.arrived_at
),

held as (
    select
        requests.lead_id,
        owner_changes.owner_native_id,
        row_number() over (
            partition by requests.lead_id
            order by owner_changes.changed_at desc, owner_changes.change_id desc
        ) as position
    from requests
    inner join owner_changes
        on
            requests.source = owner_changes.source
            and requests.contact_record_id = owner_changes.source_record_id
            and requests.arrived_at > owner_changes.changed_at
)

select
    requests.lead_id,
    requests.source,
    requests.contact_record_id,
    contact_facts.country_code,
    contact_facts.region_code,
    contact_facts.job_seniority,
    contact_facts.job_function,
    company_facts.industry,
    company_facts.employee_count,
    company_facts.owner_native_id as account_owner,
    held.owner_native_id as record_owner,
    requests.channel,
    requests.form_id,
    coalesce(contact_facts.is_observed, false)
    and coalesce(company_facts.is_observed, true) as is_observed,
    requests.arrived_at
from requests
left join contact_facts
    on requests.lead_id = contact_facts.lead_id and contact_facts.position = 1
left join company_facts
    on requests.lead_id = company_facts.lead_id and company_facts.position = 1
left join held on requests.lead_id = held.lead_id and held.position = 1

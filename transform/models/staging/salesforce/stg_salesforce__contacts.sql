with leads as (
    select * from {{ source('salesforce', 'leads') }}
    where _dlt_valid_to is null
),

contacts as (
    select * from {{ source('salesforce', 'contacts') }}
    where _dlt_valid_to is null
),

accounts as (
    select * from {{ source('salesforce', 'accounts') }}
    where _dlt_valid_to is null
),

-- A converted lead has become the contact that it names, and is shown nowhere any more.
lead_rows as (
    select
        'leads' as object,
        cast(id as varchar) as source_record_id,
        email,
        phone,
        mobile_phone,
        first_name,
        last_name,
        company as company_name,
        converted_account_id as company_record_id,
        title as job_title,
        country,
        state as region,
        city,
        postal_code,
        street,
        status as lifecycle_stage_native,
        owner_id as owner_native_id,
        lead_source as source_declared,
        case
            when nullif(master_record_id, '') is not null then 'leads'
            when nullif(converted_contact_id, '') is not null then 'contacts'
        end as merged_into_object,
        coalesce(nullif(master_record_id, ''), nullif(converted_contact_id, ''))
            as merged_into_record_id,
        coalesce(is_converted, false) as is_archived,
        is_deleted,
        created_date,
        system_modstamp
    from leads
),

contact_rows as (
    select
        'contacts' as object,
        cast(contacts.id as varchar) as source_record_id,
        contacts.email,
        contacts.phone,
        contacts.mobile_phone,
        contacts.first_name,
        contacts.last_name,
        accounts.name as company_name,
        contacts.account_id as company_record_id,
        contacts.title as job_title,
        contacts.mailing_country as country,
        contacts.mailing_state as region,
        contacts.mailing_city as city,
        contacts.mailing_postal_code as postal_code,
        contacts.mailing_street as street,
        cast(null as varchar) as lifecycle_stage_native,
        contacts.owner_id as owner_native_id,
        contacts.lead_source as source_declared,
        case when nullif(contacts.master_record_id, '') is not null then 'contacts' end
            as merged_into_object,
        nullif(contacts.master_record_id, '') as merged_into_record_id,
        false as is_archived,
        contacts.is_deleted,
        contacts.created_date,
        contacts.system_modstamp
    from contacts
    left join accounts on contacts.account_id = accounts.id
),

people as (
    select * from lead_rows
    union all
    select * from contact_rows
)

select
    'salesforce' as source,
    object,
    source_record_id,
    nullif(trim(email), '') as email,
    coalesce(nullif(trim(phone), ''), nullif(trim(mobile_phone), '')) as phone,
    nullif(trim(first_name), '') as first_name,
    nullif(trim(last_name), '') as last_name,
    nullif(trim(company_name), '') as company_name,
    nullif(trim(company_record_id), '') as company_record_id,
    nullif(trim(job_title), '') as job_title,
    nullif(trim(country), '') as country,
    nullif(trim(region), '') as region,
    nullif(trim(city), '') as city,
    nullif(trim(postal_code), '') as postal_code,
    nullif(trim(street), '') as street,
    nullif(trim(lifecycle_stage_native), '') as lifecycle_stage_native,
    nullif(trim(owner_native_id), '') as owner_native_id,
    nullif(trim(source_declared), '') as source_declared,
    cast(null as varchar) as merged_record_ids,
    merged_into_object,
    merged_into_record_id,
    is_archived,
    coalesce(is_deleted, false) as is_deleted,
    cast(created_date as timestamp) as created_at,
    cast(system_modstamp as timestamp) as updated_at
from people

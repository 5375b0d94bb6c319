with source_rows as (
    select * from {{ source('salesforce', 'opportunities') }}
    where _dlt_valid_to is null
),

roles as (
    select
        opportunity_id,
        contact_id,
        row_number() over (
            partition by opportunity_id
            order by
                min(case when is_primary then 0 else 1 end),
                min(created_date),
                contact_id
        ) as position
    from {{ source('salesforce', 'opportunity_contact_roles') }}
    where _dlt_valid_to is null and not coalesce(is_deleted, false) and contact_id is not null
    group by opportunity_id, contact_id
),

contacts as (
    select
        opportunity_id,
        {{ ordered_path('contact_id', 'position', ';') }} as contact_record_ids
    from roles
    group by opportunity_id
)

select
    'salesforce' as source,
    cast(source_rows.id as varchar) as source_record_id,
    nullif(trim(source_rows.name), '') as deal_name,
    {{ safe_decimal('source_rows.amount', 18, 2) }} as amount,
    upper(nullif(trim(source_rows.currency_iso_code), '')) as currency_code,
    nullif(trim(source_rows.stage_name), '') as stage_native,
    'default' as pipeline_native,
    nullif(trim(source_rows.owner_id), '') as owner_native_id,
    nullif(trim(source_rows.account_id), '') as company_record_id,
    coalesce(contacts.contact_record_ids, nullif(trim(source_rows.contact_id), ''))
        as contact_record_ids,
    nullif(trim(source_rows.lead_source), '') as source_declared,
    nullif(trim(source_rows.original_opportunity_c), '') as original_record_id,
    cast(null as varchar) as mirror_source,
    cast(null as varchar) as mirror_record_id,
    false as is_archived,
    coalesce(source_rows.is_deleted, false) as is_deleted,
    cast(source_rows.created_date as timestamp) as created_at,
    -- A day without a time: closed on the day it was made, it closed no earlier than that.
    case
        when source_rows.close_date = {{ date_of('source_rows.created_date') }}
            then cast(source_rows.created_date as timestamp)
        else cast(source_rows.close_date as timestamp)
    end as closed_at,
    cast(source_rows.close_date as date) as closed_on,
    cast(source_rows.system_modstamp as timestamp) as updated_at
from source_rows
left join contacts on source_rows.id = contacts.opportunity_id

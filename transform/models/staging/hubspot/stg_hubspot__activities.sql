with source_rows as (
    select * from {{ source('hubspot', 'engagements') }}
    where _dlt_valid_to is null
),

-- The vendor names the same thing "call" as a type and "calls" as an associated object.
activity_contacts as (
    select
        from_object,
        from_record_id,
        to_record_id
    from {{ ref('stg_hubspot__associations') }}
    where to_object = 'contacts'
)

select
    'hubspot' as source,
    source_rows.engagement_type as activity_type,
    cast(source_rows.id as varchar) as source_record_id,
    activity_contacts.to_record_id as contact_record_id,
    nullif(trim(source_rows.properties__hubspot_owner_id), '') as owner_native_id,
    cast(
        coalesce(source_rows.properties__hs_timestamp, source_rows.created_at) as timestamp
    ) as occurred_at,
    lower(nullif(trim(source_rows.properties__hs_direction), '')) as direction,
    coalesce(source_rows.archived, false) or coalesce(source_rows.is_deleted, false) as is_deleted
from source_rows
left join activity_contacts
    on
        concat(source_rows.engagement_type, 's') = activity_contacts.from_object
        and cast(source_rows.id as varchar) = activity_contacts.from_record_id

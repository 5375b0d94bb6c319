with leads as (
    select * from {{ source('salesforce', 'leads') }}
    where _dlt_valid_to is null
),

-- What the vendor purges from its history stays true.
lead_history as (
    select * from {{ source('salesforce', 'lead_history') }}
    where _dlt_valid_to is null
),

opportunity_history as (
    select * from {{ source('salesforce', 'opportunity_history') }}
    where _dlt_valid_to is null
),

status_changes as (
    select
        lead_id,
        id,
        old_value,
        new_value,
        created_date,
        row_number() over (partition by lead_id order by created_date, id) as position
    from lead_history
    where field = 'Status'
),

kept as (
    select distinct lead_id from lead_history
),

-- The history holds changes only: where it is kept, the first of them tells what was before it.
first_statuses as (
    select
        leads.id as lead_id,
        coalesce(status_changes.old_value, leads.status) as status,
        leads.created_date
    from leads
    inner join kept on leads.id = kept.lead_id
    left join status_changes on leads.id = status_changes.lead_id and status_changes.position = 1
),

changes as (
    select
        'leads' as object,
        lead_id as source_record_id,
        status as stage_native,
        created_date as changed_at,
        concat(lead_id, ':first') as change_id
    from first_statuses
    union all
    select
        'leads' as object,
        lead_id as source_record_id,
        new_value as stage_native,
        created_date as changed_at,
        id as change_id
    from status_changes
    union all
    select
        'deals' as object,
        opportunity_id as source_record_id,
        stage_name as stage_native,
        created_date as changed_at,
        id as change_id
    from opportunity_history
)

select
    'salesforce' as source,
    object,
    cast(source_record_id as varchar) as source_record_id,
    trim(stage_native) as stage_native,
    cast(changed_at as timestamp) as changed_at,
    cast(change_id as varchar) as change_id
from changes
where nullif(trim(stage_native), '') is not null

with contacts as (
    select * from {{ source('hubspot', 'contacts') }}
),

history as (
    select * from {{ source('hubspot', 'property_history') }}
    where object_type = 'contacts' and property in ('hs_email_optout', 'hs_legal_basis')
),

submissions as (
    select * from {{ source('hubspot', 'form_submissions') }}
    where values__consent is not null
),

fields as (
    select
        form_id,
        max(label) as label
    from {{ source('hubspot', 'form_fields') }}
    where name = 'consent' and _dlt_valid_to is null
    group by form_id
),

-- A property's history is older than our first load, and tells who wrote each value.
told as (
    select distinct
        object_id,
        property
    from history
),

versions as (
    {% for name in ['hs_email_optout', 'hs_legal_basis', 'hs_email_hard_bounce_reason_enum'] %}
        select
            cast(id as varchar) as record_id,
            '{{ name }}' as field,
            properties__{{ name }} as stated_value,
            updated_at,
            _dlt_valid_from as valid_from,
            _dlt_valid_to as valid_to,
            row_version
        from contacts
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    'hubspot' as tool,
    'hubspot' as source,
    'contacts' as object,
    versions.record_id as source_record_id,
    cast(null as varchar) as list_id,
    versions.field,
    coalesce(trim(versions.stated_value), '') as stated_value,
    cast(null as varchar) as origin,
    cast(null as varchar) as wording,
    cast(null as timestamp) as own_at,
    cast(versions.updated_at as timestamp) as changed_at,
    cast(versions.valid_from as timestamp) as observed_at,
    cast(versions.valid_to as timestamp) as until_at,
    versions.row_version as statement_key
from versions
left join told
    on versions.record_id = told.object_id and versions.field = told.property
where told.object_id is null
union all
select
    'hubspot' as tool,
    'hubspot' as source,
    'contacts' as object,
    cast(object_id as varchar) as source_record_id,
    cast(null as varchar) as list_id,
    property as field,
    coalesce(trim(value), '') as stated_value,
    source_type as origin,
    cast(null as varchar) as wording,
    cast(changed_at as timestamp) as own_at,
    cast(changed_at as timestamp) as changed_at,
    cast(changed_at as timestamp) as observed_at,
    cast(null as timestamp) as until_at,
    event_id as statement_key
from history
union all
select
    'hubspot' as tool,
    'hubspot' as source,
    'form_submissions' as object,
    cast(submissions.submission_id as varchar) as source_record_id,
    cast(null as varchar) as list_id,
    'form_consent' as field,
    trim(submissions.values__consent) as stated_value,
    'form' as origin,
    fields.label as wording,
    cast(submissions.submitted_at as timestamp) as own_at,
    cast(submissions.submitted_at as timestamp) as changed_at,
    cast(submissions.submitted_at as timestamp) as observed_at,
    cast(null as timestamp) as until_at,
    submissions.submission_id as statement_key
from submissions
left join fields on submissions.form_id = fields.form_id

with leads as (
    select * from {{ source('salesforce', 'leads') }}
),

contacts as (
    select * from {{ source('salesforce', 'contacts') }}
),

individuals as (
    select * from {{ source('salesforce', 'individuals') }}
),

versions as (
    {% for object in ['leads', 'contacts'] %}
        {% for name in ['has_opted_out_of_email', 'do_not_call'] %}
            select
                '{{ object }}' as object,
                cast(id as varchar) as record_id,
                '{{ name }}' as field,
                {{ name }} as is_refused,
                system_modstamp,
                _dlt_valid_from as valid_from,
                _dlt_valid_to as valid_to,
                row_version
            from {{ object }}
            {{ 'union all' if not loop.last }}
        {% endfor %}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- One record holds what a person said of their data, for each lead and contact that names it.
named as (
    select distinct
        'leads' as object,
        cast(id as varchar) as record_id,
        individual_id
    from leads
    where individual_id is not null
    union all
    select distinct
        'contacts' as object,
        cast(id as varchar) as record_id,
        individual_id
    from contacts
    where individual_id is not null
),

wishes as (
    {% for name in ['solicit', 'processing', 'profiling', 'tracking'] %}
        select
            named.object,
            named.record_id,
            'has_opted_out_{{ name }}' as field,
            individuals.has_opted_out_{{ name }} as is_refused,
            individuals.system_modstamp,
            individuals._dlt_valid_from as valid_from,
            individuals._dlt_valid_to as valid_to,
            individuals.row_version
        from named
        inner join individuals on named.individual_id = individuals.id
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

every as (
    select * from versions
    union all
    select * from wishes
)

select
    'salesforce' as tool,
    'salesforce' as source,
    object,
    record_id as source_record_id,
    cast(null as varchar) as list_id,
    field,
    coalesce(cast(is_refused as varchar), '') as stated_value,
    cast(null as varchar) as origin,
    cast(null as varchar) as wording,
    cast(null as timestamp) as own_at,
    cast(system_modstamp as timestamp) as changed_at,
    cast(valid_from as timestamp) as observed_at,
    cast(valid_to as timestamp) as until_at,
    row_version as statement_key
from every

{% set fields = [
    'email', 'phone', 'first_name', 'last_name', 'company_name', 'job_title', 'country_code',
    'region', 'city', 'postal_code', 'street',
] %}

with records as (
    select * from {{ ref('int_identity__records') }}
),

normalised as (
    select * from {{ ref('int_hygiene__records') }}
),

bridge as (
    select * from {{ ref('int_identity__bridge') }}
    where person_id is not null
),

rules as (
    select * from {{ ref('stg_config__survivorship_rules') }}
),

trusted as (
    select * from {{ ref('stg_config__survivorship_sources') }}
),

stated as (
    {% for field in fields %}
        select
            source,
            object,
            source_record_id,
            '{{ field }}' as field,
            {{ field }} as stated_value
        from records
        where nullif({{ field }}, '') is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

ranked as (
    select
        bridge.person_id,
        stated.field,
        stated.stated_value,
        normalised.phone_e164,
        normalised.job_seniority,
        normalised.job_function,
        normalised.region_code,
        concat(stated.source, '|', stated.object, '|', stated.source_record_id) as origin,
        row_number() over (
            partition by bridge.person_id, stated.field
            order by
                case when bridge.is_deleted then 1 else 0 end,
                case
                    when rules.rule = 'source_rank' then coalesce(trusted.source_rank, 1000)
                    when rules.rule = 'most_complete' then -length(stated.stated_value)
                    when rules.rule = 'oldest'
                        then {{ epoch_seconds('records.created_at') }}
                    else 0
                end,
                coalesce(records.updated_at, cast('1970-01-01' as timestamp)) desc,
                stated.source,
                stated.object,
                stated.source_record_id
        ) as position
    from stated
    inner join bridge
        on
            stated.source = bridge.source
            and stated.object = bridge.object
            and stated.source_record_id = bridge.source_record_id
    inner join records
        on
            stated.source = records.source
            and stated.object = records.object
            and stated.source_record_id = records.source_record_id
    left join normalised
        on
            stated.source = normalised.source
            and stated.object = normalised.object
            and stated.source_record_id = normalised.source_record_id
    left join rules on stated.field = rules.field
    left join trusted on stated.source = trusted.source and stated.object = trusted.object
)

select
    person_id,
    -- The one form of what was taken, from the record that it was taken from.
    max(case when field = 'phone' then phone_e164 end) as phone_e164,
    max(case when field = 'job_title' then job_seniority end) as job_seniority,
    max(case when field = 'job_title' then job_function end) as job_function,
    max(case when field = 'region' then region_code end) as region_code,
    {% for field in fields %}
    max(case when field = '{{ field }}' then stated_value end) as {{ field }},
    max(case when field = '{{ field }}' then origin end) as {{ field }}_origin
    {{- ',' if not loop.last }}
    {% endfor %}
from ranked
where position = 1
group by person_id

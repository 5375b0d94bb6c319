{% set fields = [
    'email', 'phone', 'first_name', 'last_name', 'company_name', 'job_title', 'country_code',
    'region', 'city', 'postal_code', 'street',
] %}

with records as (
    select * from {{ ref('int_identity__records') }}
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
    left join rules on stated.field = rules.field
    left join trusted on stated.source = trusted.source and stated.object = trusted.object
)

golden as (
    select
        person_id,
        {% for field in fields %}
            max(case when field = '{{ field }}' then stated_value end) as {{ field }},
            max(case when field = '{{ field }}' then origin end) as {{ field }}_origin
            {{- ',' if not loop.last }}
        {% endfor %}
    from ranked
    where position = 1
    group by person_id
)

select
    golden.*,
    phones.phone_e164,
    titles.job_seniority,
    titles.job_function,
    regions.region_code
from golden
left join {{ ref('int_hygiene__records') }} as phones on golden.phone_origin = phones.record_key
left join {{ ref('int_hygiene__records') }} as titles on golden.job_title_origin = titles.record_key
left join {{ ref('int_hygiene__records') }} as regions on golden.region_origin = regions.record_key

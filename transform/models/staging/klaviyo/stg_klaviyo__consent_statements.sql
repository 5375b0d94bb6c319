{% set statements = [
    ('email_consent', 'email_consent', 'email_consent_method', 'email_consent_at'),
    ('sms_consent', 'sms_consent', 'sms_consent_method', 'sms_consent_at'),
    (
        'list_suppressed',
        "case when email_list_suppressions like '%reason%' then 'true' end",
        'null',
        'null',
    ),
] %}
{% for reason in [
    'UNSUBSCRIBE', 'SPAM_COMPLAINT', 'USER_SUPPRESSED', 'HARD_BOUNCE', 'INVALID_EMAIL'
] %}
    {% do statements.append((
        'suppressed_' ~ reason | lower,
        "case when email_suppressions like '%" ~ reason ~ "%' then 'true' end",
        'null',
        'null',
    )) %}
{% endfor %}

with profiles as (
    select * from {{ source('klaviyo', 'profiles') }}
),

every as (
    {% for field, stated_value, origin, own_at in statements %}
        select
            id,
            '{{ field }}' as field,
            {{ stated_value }} as stated_value,
            cast({{ origin }} as varchar) as origin,
            cast({{ own_at }} as timestamp) as own_at,
            updated,
            _dlt_valid_from as valid_from,
            _dlt_valid_to as valid_to,
            row_version
        from profiles
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    'klaviyo' as tool,
    'klaviyo' as source,
    'members' as object,
    concat('all:', id) as source_record_id,
    case when field = 'list_suppressed' then 'any' else 'all' end as list_id,
    field,
    coalesce(trim(stated_value), '') as stated_value,
    origin,
    cast(null as varchar) as wording,
    own_at,
    cast(updated as timestamp) as changed_at,
    cast(valid_from as timestamp) as observed_at,
    cast(valid_to as timestamp) as until_at,
    row_version as statement_key
from every

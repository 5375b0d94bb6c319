{% set reasons = [
    'UNSUBSCRIBE', 'SPAM_COMPLAINT', 'USER_SUPPRESSED', 'HARD_BOUNCE', 'INVALID_EMAIL'
] %}

with profiles as (
    select * from {{ source('klaviyo', 'profiles') }}
),

every as (
    select
        id,
        'email_consent' as field,
        email_consent as stated_value,
        email_consent_method as origin,
        email_consent_at as own_at,
        updated,
        _dlt_valid_from as valid_from,
        _dlt_valid_to as valid_to,
        row_version
    from profiles
    union all
    select
        id,
        'sms_consent' as field,
        sms_consent as stated_value,
        sms_consent_method as origin,
        sms_consent_at as own_at,
        updated,
        _dlt_valid_from as valid_from,
        _dlt_valid_to as valid_to,
        row_version
    from profiles
    union all
    select
        id,
        'list_suppressed' as field,
        case when email_list_suppressions like '%reason%' then 'true' end as stated_value,
        cast(null as varchar) as origin,
        cast(null as timestamp) as own_at,
        updated,
        _dlt_valid_from as valid_from,
        _dlt_valid_to as valid_to,
        row_version
    from profiles
    {% for reason in reasons %}
        union all
        select
            id,
            'suppressed_{{ reason | lower }}' as field,
            case when email_suppressions like '%{{ reason }}%' then 'true' end as stated_value,
            cast(null as varchar) as origin,
            cast(null as timestamp) as own_at,
            updated,
            _dlt_valid_from as valid_from,
            _dlt_valid_to as valid_to,
            row_version
        from profiles
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
    cast(own_at as timestamp) as own_at,
    cast(updated as timestamp) as changed_at,
    cast(valid_from as timestamp) as observed_at,
    cast(valid_to as timestamp) as until_at,
    row_version as statement_key
from every

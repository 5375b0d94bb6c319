{#- SQL: whether a visitor may be followed who said so to a banner, or said nothing. -#}
{% macro may_be_followed(consent) -%}
    coalesce(
        {{ consent }},
        (
            select max(case when needs = 'no_objection' then 1 else 0 end) = 1
            from {{ ref('stg_config__consent_rules') }}
            where channel = 'web' and purpose = 'analytics' and country_code is null
        ),
        false
    )
{%- endmacro %}

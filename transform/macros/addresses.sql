{#- SQL: the part after the at sign, small, of an address that has one. -#}
{% macro address_domain(email) -%}
    case when {{ email }} like '%@%.%' then split_part(lower(trim({{ email }})), '@', 2) end
{%- endmacro %}

{#- SQL: whether an address is one beyond doubt. What is not comes to the library of the hygiene room:
    it may be one all the same, as quoted names and letters of other scripts are. -#}
{% macro is_plain_address(email) -%}
    (
        length({{ email }}) <= 64
        and {{ regexp_matches(
            'lower(trim(' ~ email ~ '))',
            '^[a-z0-9_+-]+([.][a-z0-9_+-]+)*@([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])+[a-z]{2,63}$'
        ) }}
        and not {{ regexp_matches(
            'lower(trim(' ~ email ~ '))', '@.*--|[.](arpa|invalid|local|localhost|onion|test)$'
        ) }}
    )
{%- endmacro %}

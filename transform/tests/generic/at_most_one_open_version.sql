{#- Of a versioned raw table, no key has two versions that are both current. -#}
{% test at_most_one_open_version(model, columns) %}

select
    {% for column in columns %}{{ column }}, {% endfor %}count(*) as open_versions
from {{ model }}
where _dlt_valid_to is null
group by {{ columns | join(', ') }}
having count(*) > 1

{% endtest %}

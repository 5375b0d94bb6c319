{#- SQL of metric, value and note: of each subject of `judged` (subject, is_found, is_true), the share
    of what was found that is true, and the share of what is true that was found. The notes are SQL and
    may ask for the subject. -#}
{% macro precision_and_recall(judged, precision_note, recall_note) -%}
select
    concat(subject, '_precision') as metric,
    sum(case when is_found and is_true then 1.0 else 0.0 end)
    / nullif(sum(case when is_found then 1.0 else 0.0 end), 0) as value,
    {{ precision_note }} as note
from {{ judged }}
group by subject
union all
select
    concat(subject, '_recall') as metric,
    sum(case when is_found and is_true then 1.0 else 0.0 end)
    / nullif(sum(case when is_true then 1.0 else 0.0 end), 0) as value,
    {{ recall_note }} as note
from {{ judged }}
group by subject
{%- endmacro %}

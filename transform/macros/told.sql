{#- What a run is told (as_of, run_id, seed): its environment, else the project's variable.

Not variables alone, because dbt parses the whole project anew when one changes: 15 s of every run.
For the same reason the environment is read only while models are built.
-#}
{% macro told(name) -%}
    {{ return(env_var('ENGINEROOM_RUN_' ~ name | upper, var(name)) if execute else var(name)) }}
{%- endmacro %}

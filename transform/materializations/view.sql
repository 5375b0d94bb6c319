{#- A view in one statement, in place of dbt's own way of making it: under another name, the old one
renamed away, the new one into its place, the old one dropped. That is for engines without `create or
replace`; here it took half of the staging gate.
-#}
{% materialization view, adapter='duckdb' -%}
    {%- set existing, view = load_cached_relation(this), this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=false) }}
    {{ run_hooks(pre_hooks, inside_transaction=true) }}
    {% if existing is not none and not existing.is_view %}
        {{ drop_relation_if_exists(existing) }}
    {% endif %}
    {% call statement('main') -%}
        {%- if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif -%}
        create or replace view {{ view }} as (
            {{ sql }}
        );
    {%- endcall %}
    {% do persist_docs(view, model) %}
    {{ run_hooks(post_hooks, inside_transaction=true) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=false) }}
    {{ return({'relations': [view]}) }}
{%- endmaterialization %}

{#- Everything that differs between DuckDB and Spark SQL, and nothing else. Models call these. -#}

{% macro surrogate_key(columns) -%}
    md5(concat_ws('|', {% for column in columns %}coalesce(cast({{ column }} as varchar), '~'){{ ', ' if not loop.last }}{% endfor %}))
{%- endmacro %}

{% macro as_of() -%} cast('{{ told("as_of") }}' as timestamp) {%- endmacro %}

{% macro epoch_seconds(instant) -%} epoch({{ instant }}) {%- endmacro %}

{#- Fractional days between two instants; negative where the second is earlier. -#}
{% macro days_between(earlier, later) -%} ((epoch({{ later }}) - epoch({{ earlier }})) / 86400.0) {%- endmacro %}

{#- `days` may be a column and may be negative; the result keeps the type of `instant`. -#}
{% macro add_days(instant, days) -%} ({{ instant }} + to_days(cast({{ days }} as integer))) {%- endmacro %}

{% macro add_seconds(instant, seconds) -%} ({{ instant }} + to_seconds({{ seconds }})) {%- endmacro %}

{% macro date_of(instant) -%} cast({{ instant }} as date) {%- endmacro %}

{#- The calendar day of a UTC instant in a named zone. -#}
{% macro date_in_zone(instant, zone) -%} cast(timezone({{ zone }}, timezone('UTC', {{ instant }})) as date) {%- endmacro %}

{#- The part of its day that has passed at a UTC instant, by the clock of a named zone: 0 to 1. -#}
{% macro day_share_in_zone(instant, zone) -%} ((epoch(timezone({{ zone }}, timezone('UTC', {{ instant }}))) - epoch(cast(timezone({{ zone }}, timezone('UTC', {{ instant }})) as date))) / 86400.0) {%- endmacro %}

{#- The UTC instant at which a clock in a named zone shows a local time. -#}
{% macro instant_in_zone(local_time, zone) -%} timezone('UTC', timezone({{ zone }}, {{ local_time }})) {%- endmacro %}

{% macro month_of(day) -%} cast(date_trunc('month', {{ day }}) as date) {%- endmacro %}

{% macro json_text(document, path) -%} json_extract_string({{ document }}, '{{ path }}') {%- endmacro %}

{% macro regexp_matches(text, pattern) -%} regexp_matches({{ text }}, '{{ pattern }}') {%- endmacro %}

{% macro regexp_replace_all(text, pattern, replacement) -%} regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g') {%- endmacro %}

{% macro regexp_extract(text, pattern, group=1) -%} nullif(regexp_extract({{ text }}, '{{ pattern }}', {{ group }}), '') {%- endmacro %}

{#- A continuous percentile; the input is cast because a decimal would be truncated. -#}
{% macro percentile(measure, share) -%} quantile_cont(cast({{ measure }} as double), {{ share }}) {%- endmacro %}

{#- Text joined in a stated order. -#}
{% macro ordered_path(text, order_by, separator=' > ') -%} string_agg({{ text }}, '{{ separator }}' order by {{ order_by }}) {%- endmacro %}

{#- One row per day from `first_day` to `last_day`, column date_day. Both are SQL date expressions. -#}
{% macro day_spine(first_day, last_day) -%}
    select cast(day_value as date) as date_day
    from unnest(generate_series({{ first_day }}, {{ last_day }}, interval 1 day)) as days (day_value)
{%- endmacro %}

{#- One row per piece of a separated text: columns of `keys` plus `piece`. -#}
{% macro split_to_rows(relation, keys, text, separator) -%}
    select {{ keys | join(', ') }}, trim(pieces.piece) as piece
    from {{ relation }}, unnest(string_split({{ text }}, '{{ separator }}')) as pieces (piece)
{%- endmacro %}

{#- Values in a stated order, as a list. -#}
{% macro ordered_list(value, order_by) -%} list({{ value }} order by {{ order_by }}) {%- endmacro %}

{#- The rows of a group as a list, in order of the first of the columns. Sorted as lists: an ordered
    aggregate takes several times as long. -#}
{% macro rows_as_list(columns) -%} list_sort(list(struct_pack({{ columns | join(', ') }}))) {%- endmacro %}

{#- The rows of a group as one JSON text, likewise. -#}
{% macro rows_as_json(columns) -%} cast(to_json({{ rows_as_list(columns) }}) as varchar) {%- endmacro %}

{#- One row per touch and rule of journeys that credit_touches() has credited: `keys`, the touch's
    position, the place of the rule and what the credit holds. -#}
{% macro credit_rows(relation, keys) -%}
    select
        {% for key in keys %}{{ key }}, {% endfor %}touch_position, model_no,
        credit.weight, credit.micros, credit.native_units, credit.reporting_units
    from (
        select
            {% for key in keys %}{{ key }}, {% endfor %}touch.touch_position as touch_position,
            unnest(credits) as credit, generate_subscripts(credits, 1) as model_no
        from (
            select {% for key in keys %}{{ key }}, {% endfor %}unnest(touches) as touch, unnest(credits) as credits
            from {{ relation }}
        ) as by_touch
    ) as by_rule
{%- endmacro %}

{#- Text to decimal. The load quarantines what it would lose or round; empty text gives null. -#}
{% macro safe_decimal(text, precision, scale) -%} try_cast({{ text }} as decimal({{ precision }}, {{ scale }})) {%- endmacro %}

{#- Lower case without accents; letters of other scripts stay as they are. -#}
{% macro fold(text) -%} translate(lower(trim({{ text }})), 'áàâäãåāçčćéèêëēęěíìîïīñńňóòôöõøōúùûüūýÿšśžźżłđřťğ', 'aaaaaaaccceeeeeeeiiiiinnnooooooouuuuuyysszzzldrtg') {%- endmacro %}

{#- Monday 1 to Sunday 7. -#}
{% macro iso_weekday(day) -%} cast(isodow({{ day }}) as integer) {%- endmacro %}

{#- A name for comparing: folded, without blanks, dots, hyphens and apostrophes of either kind. -#}
{% macro fold_name(text) -%} {{ regexp_replace_all(fold(text), "[ .,`’''-]", '') }} {%- endmacro %}

{#- Text for readers: e-mail addresses in it, as links and campaign tags may hold, are cut out. -#}
{% macro without_addresses(text) -%} {{ regexp_replace_all(text, '[^/ |?&=]+(@|%40)[^/ |?&=]+', '(address)') }} {%- endmacro %}

{#- A page without its query and fragment: what forms and mail tools append there names people. -#}
{% macro page_only(url) -%} {{ without_addresses(regexp_replace_all(url, '[?#].*$', '')) }} {%- endmacro %}

{#- How a page's path is written wherever pages are joined: of an address or a path the path alone,
    lower case, without addresses of people and without slashes at its end; the first page is /. -#}
{% macro page_path(url) -%} case when {{ url }} <> '' then coalesce(nullif({{ regexp_replace_all(regexp_replace_all('lower(' ~ page_only(url) ~ ')', '^[a-z][a-z0-9+.-]*://[^/]*', ''), '/+$', '') }}, ''), '/') end {%- endmacro %}

{#- The host of an address, lower case and without www. -#}
{% macro page_host(url) -%} {{ regexp_extract('lower(' ~ url ~ ')', '^[a-z][a-z0-9+.-]*://(?:www[.])?([^/:?#]+)') }} {%- endmacro %}

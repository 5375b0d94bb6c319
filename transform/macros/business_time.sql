{#- Business days from the calendar's first day to an instant, with the part of its own day that has
    passed; `clock` is int_core__business_clock, joined on the instant's day in the zone. What lies
    between two instants is their difference. -#}
{% macro business_time(clock, instant, zone) -%}
    ({{ clock }}.business_days_before + case when {{ clock }}.is_business_day then {{ day_share_in_zone(instant, zone) }} else 0.0 end)
{%- endmacro %}

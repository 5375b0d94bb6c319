{#- What touches are credited with, in weights and in whole units: parts in a million, cents. -#}

{#- SQL: units to one of a currency. Amounts are stored with two decimals: a currency of none is split
    in whole units, unless the amount itself has a fraction, and a currency of three in hundredths. -#}
{% macro units_to_one(amount, minor_units) -%}
    case
        when coalesce({{ minor_units }}, 2) = 0 and {{ amount }} = round({{ amount }}, 0) then 1
        else 100
    end
{%- endmacro %}

{#- SQL: the size of an amount in whole units, without its sign; nought where it is not known. -#}
{% macro in_units(amount, scale) -%}
    cast(abs(coalesce({{ amount }}, 0)) * {{ scale }} as bigint)
{%- endmacro %}

{#- SQL: money of whole units, with the sign of the amount that they are part of. -#}
{% macro from_units(units, scale, amount) -%}
    cast(
        case when {{ amount }} < 0 then -1 else 1 end
        * cast({{ units }} as decimal(20, 0)) / {{ scale }} as decimal(18, 2)
    )
{%- endmacro %}

{#- CTEs after `touches`, `models`, `fits` and `fit_shares`: `credited`, a row per touch and model.
    `journey` are the columns that name a journey: one conversion has several where its touches are
    cut at several lookbacks. `fit_stage` and `fit_month` of its touches say which fits are in force. -#}
{% macro credited(journey) -%}
numbered_models as (
    select
        *,
        row_number() over (order by model) as model_no
    from models
),

rules as (
    select
        {{ rows_as_json([
            'model_no', 'rule', 'first_share', 'lead_share', 'opportunity_share', 'close_share',
            'last_share', 'rest_share'
        ]) }} as rules
    from numbered_models
),

fit_channels as (
    select
        channel,
        row_number() over (order by channel) as channel_no
    from (select distinct channel from fit_shares) as channels
),

channel_shares as (
    select
        fits.stage,
        fits.month,
        fit_channels.channel_no,
        {{ ordered_list('coalesce(fit_shares.touch_share, 0.0)', 'numbered_models.model_no') }}
            as touch_shares
    from fits
    inner join numbered_models on fits.attribution_model = numbered_models.model
    cross join fit_channels
    left join fit_shares
        on
            fits.model_fit_id = fit_shares.model_fit_id
            and fit_channels.channel = fit_shares.channel
    group by fits.stage, fits.month, fit_channels.channel_no
),

fit_tables as (
    select
        stage,
        month,
        {{ rows_as_json(['channel_no', 'touch_shares']) }} as fit_table
    from channel_shares
    group by stage, month
),

ordered as (
    -- Units that are left go to the earlier touch, then the smaller id. A channel that no fit has
    -- seen has no effect.
    select
        {%- for column in journey + [
            'fit_stage', 'fit_month', 'half_life_days', 'native_units', 'reporting_units',
            'touch_position', 'age_days', 'is_direct', 'is_lead_creation',
            'is_opportunity_creation', 'is_close'
        ] %}
        touches.{{ column }},
        {%- endfor %}
        coalesce(fit_channels.channel_no, 0) as channel_no,
        row_number() over (
            partition by {% for column in journey %}touches.{{ column }}{{ ', ' if not loop.last }}{% endfor %}

            order by touches.touched_at, touches.touchpoint_id
        ) as touch_order
    from touches
    left join fit_channels on touches.channel = fit_channels.channel
),

gathered as (
    select
        {%- for column in journey %}
        {{ column }},
        {%- endfor %}
        max(fit_stage) as fit_stage,
        max(fit_month) as fit_month,
        max(half_life_days) as half_life_days,
        max(native_units) as native_units,
        max(reporting_units) as reporting_units,
        {{ rows_as_list([
            'touch_order', 'touch_position', 'age_days', 'is_direct', 'is_lead_creation',
            'is_opportunity_creation', 'is_close', 'channel_no'
        ]) }} as touches
    from ordered
    group by {{ journey | join(', ') }}
),

with_credits as (
    select
        gathered.*,
        credit_touches(
            gathered.touches,
            gathered.half_life_days,
            gathered.native_units,
            gathered.reporting_units,
            rules.rules,
            coalesce(fit_tables.fit_table, '[]')
        ) as credits
    from gathered
    cross join rules
    left join fit_tables
        on gathered.fit_stage = fit_tables.stage and gathered.fit_month = fit_tables.month
),

credit_rows as (
    {{ credit_rows('with_credits', journey) }}
),

credited as (
    select
        credit_rows.*,
        numbered_models.model as attribution_model
    from credit_rows
    inner join numbered_models on credit_rows.model_no = numbered_models.model_no
)
{%- endmacro %}

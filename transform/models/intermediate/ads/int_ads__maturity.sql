{%- set metrics = [
    'impressions', 'clicks', 'spend_amount', 'platform_conversions', 'platform_conversion_value'
] -%}
{%- set day = 'platform, account_id, campaign_native_id, reported_on' -%}
with versions as (
    select
        *,
        {{ date_of('observed_at') }} as observed_on,
        {{ date_of('superseded_at') }} as superseded_on
    from {{ ref('int_ads__restated_days') }}
),

dated as (
    select
        *,
        min(observed_on) over (partition by {{ day }}) as first_observed_on
    from versions
),

-- Final by now, and seen while young: what was first read long after says nothing of the way there.
watched as (
    select * from dated
    where
        is_final
        and first_observed_on <= {{ add_days('reported_on', 2) }}
),

figures as (
    {% for metric in metrics %}
        select
            {{ day }},
            final_after_days,
            observed_on,
            superseded_on,
            '{{ metric }}' as metric,
            -- Exact: sums of doubles differ by the order of their rows.
            cast({{ metric }} as decimal(28, 6)) as standing_value
        from watched
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

compared as (
    select
        *,
        max(case when superseded_on is null then standing_value end) over (
            partition by {{ day }}, metric
        ) as final_value
    from figures
),

-- No platform restates for longer than a quarter.
spine as (
    {{ day_spine("cast('2000-01-01' as date)", "cast('2000-03-31' as date)") }}
),

ages as (
    select
        cast({{ days_between("cast('2000-01-01' as date)", 'date_day') }} as bigint) as days_after
    from spine
),

-- What stood at the end of the n-th day after.
standing as (
    select
        compared.platform,
        compared.metric,
        compared.standing_value,
        compared.final_value,
        ages.days_after
    from compared
    cross join ages
    where
        (compared.standing_value <> 0 or compared.final_value <> 0)
        and ages.days_after <= compared.final_after_days
        and compared.observed_on <= {{ add_days('compared.reported_on', 'ages.days_after') }}
        and (
            compared.superseded_on is null
            or compared.superseded_on > {{ add_days('compared.reported_on', 'ages.days_after') }}
        )
)

select
    platform,
    metric,
    days_after,
    count(*) as campaign_days,
    cast(sum(standing_value) as double) as standing_value,
    cast(sum(final_value) as double) as final_value,
    case
        when sum(final_value) <> 0
            then cast(sum(standing_value) as double) / cast(sum(final_value) as double)
    end as standing_share
from standing
group by platform, metric, days_after

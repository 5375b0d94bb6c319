{{ config(materialized='view') }}
-- Percentiles by Kaplan-Meier: whoever still waits is censored, not dropped.
with period_leads as (
    select * from {{ ref('int_routing__period_leads') }}
),

outcomes as (
    select * from {{ ref('int_routing__outcomes') }}
),

delays as (
    {% for delay, done, observed, state in [
        ('system', 'system_delay_hours', 'system_observed_hours', 'assign_state'),
        ('human', 'human_delay_hours', 'human_observed_hours', "'no_target'"),
        ('total', 'speed_to_lead_hours', 'observed_hours', 'respond_state'),
    ] %}
        select
            lead_id,
            '{{ delay }}' as delay,
            round({{ observed }}, 4) as hours,
            {{ state }} as target_state,
            {{ done }} is not null as is_over
        from outcomes
        where {{ observed }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

observed as (
    select
        period_leads.period,
        period_leads.starts_on,
        period_leads.ends_on,
        period_leads.is_complete,
        period_leads.segment_kind,
        period_leads.segment,
        delays.delay,
        delays.hours,
        count(*) as leavers,
        sum(case when delays.is_over then 1 else 0 end) as arrivals,
        sum(case when delays.target_state = 'met' then 1 else 0 end) as met,
        sum(case when delays.target_state = 'missed' then 1 else 0 end) as missed
    from period_leads
    inner join delays on period_leads.lead_id = delays.lead_id
    group by
        period_leads.period,
        period_leads.starts_on,
        period_leads.ends_on,
        period_leads.is_complete,
        period_leads.segment_kind,
        period_leads.segment,
        delays.delay,
        delays.hours
),

at_risk as (
    select
        *,
        sum(leavers) over (
            partition by period, starts_on, segment_kind, segment, delay
            order by hours desc
            rows between unbounded preceding and current row
        ) as open_before
    from observed
),

survival as (
    select
        *,
        {{ surviving_share(
            ['period', 'starts_on', 'segment_kind', 'segment', 'delay'], 'hours'
        ) }} as surviving_share
    from at_risk
)

select
    period,
    starts_on,
    ends_on,
    segment_kind,
    segment,
    delay,
    cast(sum(leavers) as bigint) as leads,
    cast(sum(arrivals) as bigint) as finished_leads,
    cast(sum(met) as bigint) as met_leads,
    cast(sum(missed) as bigint) as missed_leads,
    {{ share_of('sum(met)', 'sum(met + missed)') }} as met_share,
    {{ moment_of_share('hours', 0.5) }} as p50_hours,
    {{ moment_of_share('hours', 0.75) }} as p75_hours,
    {{ moment_of_share('hours', 0.9) }} as p90_hours,
    is_complete
from survival
group by period, starts_on, ends_on, is_complete, segment_kind, segment, delay

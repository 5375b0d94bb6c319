with opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
    where not is_reversal
),

contacts as (
    select * from {{ ref('int_opportunities__contacts') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__touchpoints') }}
    where person_id is not null
),

windows as (
    select
        max(case when stage = 'opportunity' then lookback_days end) as days_before_creation,
        max(case when stage = 'won' then lookback_days end) as days_before_close
    from {{ ref('stg_config__attribution_windows') }}
),

spans as (
    select
        opportunities.opportunity_id,
        opportunities.account_id,
        opportunities.created_at,
        coalesce(opportunities.closed_at, {{ as_of() }}) as ends_at,
        {{ add_days('opportunities.created_at', '-windows.days_before_creation') }}
            as creation_window_from,
        {{ add_days(
            'coalesce(opportunities.closed_at, ' ~ as_of() ~ ')', '-windows.days_before_close'
        ) }} as close_window_from
    from opportunities
    cross join windows
),

-- All people of the account; of a deal without one, the people on the deal.
buyers as (
    select
        touchpoints.touchpoint_id,
        spans.opportunity_id
    from spans
    inner join touchpoints
        on
            spans.account_id = touchpoints.account_id
            and spans.ends_at >= touchpoints.touched_at
    union all
    select
        touchpoints.touchpoint_id,
        spans.opportunity_id
    from spans
    inner join contacts on spans.opportunity_id = contacts.opportunity_id
    inner join touchpoints
        on
            contacts.person_id = touchpoints.person_id
            and spans.ends_at >= touchpoints.touched_at
    where spans.account_id is null
),

touched as (
    select
        spans.opportunity_id,
        touchpoints.touchpoint_id,
        touchpoints.touch_class,
        touchpoints.channel,
        touchpoints.campaign_id,
        touchpoints.touch_type_priority,
        touchpoints.touched_at,
        touchpoints.touched_at between spans.creation_window_from and spans.created_at
            as is_before_creation,
        touchpoints.touched_at between spans.close_window_from and spans.ends_at
            as is_before_close
    from buyers
    inner join spans on buyers.opportunity_id = spans.opportunity_id
    inner join touchpoints on buyers.touchpoint_id = touchpoints.touchpoint_id
)

select * from touched
where is_before_creation or is_before_close

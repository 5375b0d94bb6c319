with sends as (
    select * from {{ ref('int_email__sends') }}
),

counted as (
    -- A flag that cannot be observed is null on every send, so its sum is null and never 0. Who
    -- opened or clicked counts unless the mail is known to have bounced.
    select
        campaign_id,
        count(*) as sent,
        sum(case when delivered then 1 when not delivered then 0 end) as delivered,
        sum(case when delivered is null then null when bounce_class = 'hard' then 1 else 0 end)
            as hard_bounces,
        sum(case when delivered is null then null when bounce_class = 'soft' then 1 else 0 end)
            as soft_bounces,
        sum(
            case
                when is_human_open and coalesce(delivered, true) then 1
                when is_human_open is not null then 0
            end
        ) as human_openers,
        sum(
            case
                when (is_human_open or is_human_click) and coalesce(delivered, true) then 1
                when is_human_open is not null then 0
            end
        ) as openers_lower,
        sum(
            case
                when
                    (is_human_open or is_human_click or is_unknown_open)
                    and coalesce(delivered, true)
                    then 1
                when is_human_open is not null then 0
            end
        ) as openers_upper,
        sum(
            case
                when is_human_click and coalesce(delivered, true) then 1
                when is_human_click is not null then 0
            end
        ) as clickers,
        sum(case when is_unsubscribed then 1 when not is_unsubscribed then 0 end) as unsubscribes,
        sum(case when is_complaint then 1 when not is_complaint then 0 end) as complaints,
        sum(case when is_complaint is null then 0 when delivered or is_complaint then 1 else 0 end)
            as complaint_observable
    from sends
    group by campaign_id
)

select
    campaign_id,
    cast(sent as bigint) as sent,
    cast(delivered as bigint) as delivered,
    cast(human_openers as bigint) as human_openers,
    cast(openers_lower as bigint) as openers_lower,
    cast(openers_upper as bigint) as openers_upper,
    cast(clickers as bigint) as clickers,
    cast(hard_bounces as bigint) as hard_bounces,
    cast(soft_bounces as bigint) as soft_bounces,
    cast(unsubscribes as bigint) as unsubscribes,
    cast(complaints as bigint) as complaints,
    cast(complaint_observable as bigint) as complaint_observable,
    cast(human_openers as double) / nullif(delivered, 0) as open_rate,
    cast(openers_lower as double) / nullif(delivered, 0) as open_rate_lower,
    cast(openers_upper as double) / nullif(delivered, 0) as open_rate_upper,
    cast(clickers as double) / nullif(delivered, 0) as click_rate,
    cast(clickers as double) / nullif(openers_lower, 0) as click_to_open_rate,
    cast(clickers as double) / nullif(openers_upper, 0) as click_to_open_rate_lower,
    cast(hard_bounces + soft_bounces as double) / nullif(sent, 0) as bounce_rate,
    cast(hard_bounces as double) / nullif(sent, 0) as hard_bounce_rate,
    cast(soft_bounces as double) / nullif(sent, 0) as soft_bounce_rate,
    cast(unsubscribes as double) / nullif(delivered, 0) as unsubscribe_rate,
    cast(complaints as double) / nullif(complaint_observable, 0) as complaint_rate
from counted

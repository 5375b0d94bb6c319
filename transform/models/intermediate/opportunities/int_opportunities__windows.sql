with opportunities as (
    select * from {{ ref('int_opportunities__opportunities') }}
    where not is_reversal
),

segments as (
    select * from {{ ref('int_funnel__segments') }}
    where entity_type = 'account'
),

company as (
    select * from {{ ref('stg_config__company') }}
),

windows as (
    select * from {{ ref('int_opportunities__spans') }}
),

dated as (
    select
        opportunities.*,
        coalesce(segments.segment, '(none)') as first_channel,
        {{ date_in_zone('opportunities.created_at', 'company.reporting_time_zone') }}
            as created_on,
        {{ date_in_zone('opportunities.closed_at', 'company.reporting_time_zone') }} as closed_on
    from opportunities
    cross join company
    left join segments on opportunities.account_id = segments.entity_id
),

segmented as (
    select
        *,
        '(all)' as segment
    from dated
    union all
    select
        *,
        first_channel as segment
    from dated
)

select
    windows.month,
    windows.window_months,
    segmented.segment,
    segmented.opportunity_id,
    windows.starts_on,
    windows.ends_on,
    segmented.created_on,
    segmented.closed_on,
    segmented.is_won,
    segmented.value_amount,
    segmented.value_amount_reporting,
    segmented.created_on >= windows.starts_on as is_created_within,
    coalesce(
        segmented.closed_on between windows.starts_on and windows.ends_on, false
    ) as is_closed_within,
    {{ days_between(
        'segmented.created_on',
        'case when segmented.closed_on <= windows.ends_on then segmented.closed_on'
        ~ ' else windows.ends_on end'
    ) }} as days_observed
from windows
inner join segmented on windows.ends_on >= segmented.created_on
where segmented.closed_on is null or segmented.closed_on >= windows.starts_on

with company as (
    select * from {{ ref('stg_config__company') }}
),

conversions as (
    select
        conversions.stage,
        conversions.is_reversal,
        conversions.value_amount_reporting,
        {{ date_in_zone('conversions.converted_at', 'company.reporting_time_zone') }} as date_day
    from {{ ref('int_conversions__conversions') }} as conversions
    cross join company
),

closings as (
    select
        opportunities.is_won,
        {{ date_in_zone('opportunities.closed_at', 'company.reporting_time_zone') }} as date_day
    from {{ ref('int_opportunities__opportunities') }} as opportunities
    cross join company
    where
        (opportunities.is_won or opportunities.is_lost)
        and not opportunities.is_reversal
        and opportunities.closed_at is not null
),

converted as (
    select
        date_day,
        -- A refund takes value back and is no deal of its own.
        sum(case when stage = 'won' then value_amount_reporting else 0 end) as won_value,
        sum(case when stage = 'opportunity' then value_amount_reporting else 0 end)
            as pipeline_created,
        sum(case when stage = 'lead' and not is_reversal then 1 else 0 end) as leads,
        sum(case when stage = 'mql' and not is_reversal then 1 else 0 end) as mqls,
        sum(case when stage = 'sql' and not is_reversal then 1 else 0 end) as sqls,
        sum(case when stage = 'opportunity' and not is_reversal then 1 else 0 end) as opportunities,
        sum(case when stage = 'won' and not is_reversal then 1 else 0 end) as won_deals
    from conversions
    group by date_day
),

closed_in_period as (
    select
        date_day,
        sum(case when is_won then 1 else 0 end) as closed_won,
        count(*) as closed
    from closings
    group by date_day
),

unpivoted as (
    {% for part, measure in [
        ('converted', 'won_value'),
        ('converted', 'pipeline_created'),
        ('converted', 'leads'),
        ('converted', 'mqls'),
        ('converted', 'sqls'),
        ('converted', 'opportunities'),
        ('converted', 'won_deals'),
        ('closed_in_period', 'closed_won'),
        ('closed_in_period', 'closed'),
    ] %}
        select
            '{{ measure }}' as measure,
            '(all)' as segment,
            date_day,
            cast(coalesce({{ measure }}, 0) as decimal(28, 6)) as amount
        from {{ part }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from unpivoted

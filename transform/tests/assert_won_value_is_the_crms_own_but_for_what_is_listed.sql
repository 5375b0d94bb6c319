-- By month, CRM and currency: deals that a CRM marks as won, opportunities that we count and the
-- difference of the two are as the mart has them, and the listed deals explain it all, to the cent.
with company as (
    select * from {{ ref('stg_config__company') }}
),

ours as (
    select
        opportunities.*,
        {{ date_in_zone(
            'coalesce(opportunities.closed_at, opportunities.created_at)',
            'company.reporting_time_zone'
        ) }} as won_on
    from {{ ref('int_opportunities__opportunities') }} as opportunities
    cross join company
    where opportunities.is_won
),

entries as (
    {% for system in var('crm_systems') %}
        select
            'crm' as book,
            deals.source,
            coalesce(
                currencies.currency_code,
                case when deals.currency_code is not null then 'XXX' end,
                company.reporting_currency
            ) as currency_code,
            coalesce(
                deals.closed_on,
                {{ date_in_zone('deals.closed_at', 'company.reporting_time_zone') }},
                ours.won_on,
                {{ date_in_zone('deals.created_at', 'company.reporting_time_zone') }}
            ) as won_on,
            cast(coalesce(deals.amount, 0) as decimal(18, 2)) as amount
        from {{ ref('stg_' ~ system ~ '__deals') }} as deals
        cross join company
        left join {{ ref('stg_' ~ system ~ '__deal_stages') }} as marks
            on
                deals.source = marks.source
                and deals.pipeline_native = marks.pipeline_native
                and deals.stage_native = marks.stage_native
        left join {{ ref('stg_config__funnel_stages') }} as mapped
            on
                deals.source = mapped.crm
                and mapped.object = 'deals'
                and deals.stage_native = mapped.native_stage
        left join {{ ref('int_hygiene__currencies') }} as currencies
            on deals.currency_code = currencies.currency_stated
        left join ours
            on deals.source = ours.source and deals.source_record_id = ours.source_record_id
        where
            not coalesce(deals.is_deleted, false)
            and not coalesce(deals.is_archived, false)
            and coalesce(marks.is_closed and marks.probability >= 1, mapped.stage = 'won', false)
        union all
    {% endfor %}
    select
        'ours' as book,
        conversions.source_system as source,
        conversions.currency_code,
        {{ date_in_zone('conversions.converted_at', 'company.reporting_time_zone') }} as won_on,
        cast(coalesce(conversions.value_amount, 0) as decimal(18, 2)) as amount
    from {{ ref('fct_conversions') }} as conversions
    cross join company
    where conversions.stage = 'won'
    union all
    select
        'listed' as book,
        source_system as source,
        currency_code,
        month as won_on,
        difference as amount
    from {{ ref('rpt_won_differences') }}
    {% for book, column in [
        ('shown crm', 'crm_won_value'),
        ('shown ours', 'won_value'),
        ('shown difference', 'difference'),
    ] %}
        union all
        select
            '{{ book }}' as book,
            source_system as source,
            currency_code,
            month as won_on,
            {{ column }} as amount
        from {{ ref('rpt_won_reconciliation') }}
    {% endfor %}
),

books as (
    select
        source,
        currency_code,
        {{ month_of('won_on') }} as month,
        sum(case when book = 'crm' then amount else 0 end) as crm,
        sum(case when book = 'ours' then amount else 0 end) as ours,
        sum(case when book = 'listed' then amount else 0 end) as listed,
        sum(case when book = 'shown crm' then amount else 0 end) as shown_crm,
        sum(case when book = 'shown ours' then amount else 0 end) as shown_ours,
        sum(case when book = 'shown difference' then amount else 0 end) as shown_difference
    from entries
    group by source, currency_code, {{ month_of('won_on') }}
)

select *
from books
where
    crm <> shown_crm
    or ours <> shown_ours
    or ours - crm <> listed
    or listed <> shown_difference

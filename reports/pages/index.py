"""The first page: the few numbers a head of marketing asks for, each beside its coverage."""

from reports.page import Chart, Column, Page

PAGE = Page(
    name="index",
    title="Overview",
    lead="Spend, revenue and pipeline in one currency, from one journey per person.",
    position=0,
    charts=(
        Chart(
            name="headline",
            question="Where do we stand?",
            query="""
                select
                    (select sum(spend_amount_reporting) from marts.fct_ad_performance) as spend,
                    (
                        select sum(value_amount_reporting) from marts.fct_opportunities
                        where is_won
                    ) as won_value,
                    (
                        select sum(value_amount_reporting) from marts.fct_opportunities
                        where is_open
                    ) as open_pipeline,
                    (select count(*) from marts.dim_persons where kind = 'person') as persons,
                    (
                        select count(*) from marts.fct_conversions
                        where stage = 'won' and not is_reversal
                    ) as won_deals,
                    (
                        select 1 - sum(case when channel = '(none)' then weight else 0 end)
                            / sum(weight)
                        from marts.fct_attribution_credits
                        where attribution_model = 'linear'
                    ) as coverage
            """,
            columns=(
                Column("spend", "Ad spend", "money"),
                Column("won_value", "Won value", "money"),
                Column("open_pipeline", "Open pipeline", "money"),
                Column("persons", "Persons", "count"),
                Column("won_deals", "Won deals", "count"),
                Column("coverage", "Conversions with any touch", "share"),
            ),
            definitions=(
                "Ad spend: what the platforms charged, in the reporting currency at the day's rate",
                "Won value: deals that the CRM holds as won, refunds subtracted; a deal whose "
                "currency has no rate is counted among the deals and left out of the sum.",
                "Persons: one per human being after duplicates are joined; mailboxes, tests and "
                "spam are not persons.",
                "Conversions with any touch: the share of credited conversions, over all stages, "
                "that have at least one eligible marketing touch. The rest stands as (none).",
            ),
        ),
        Chart(
            name="won_by_month",
            question="What did we win, month by month?",
            query="""
                select
                    cast(date_trunc('month', converted_at) as date) as won_month,
                    sum(value_amount_reporting) as won_value,
                    count(*) as deals
                from marts.fct_conversions
                where stage = 'won'
                group by won_month
                order by won_month
            """,
            columns=(
                Column("won_month", "Month", "date"),
                Column("won_value", "Won value", "money"),
                Column("deals", "Deals and refunds", "count"),
            ),
            definitions=(
                "Won value by the UTC month of closing; a refund counts in the month it happened, "
                "as a negative amount.",
            ),
            spec={
                "mark": {"type": "bar", "tooltip": True},
                "encoding": {
                    "x": {
                        "field": "won_month",
                        "type": "temporal",
                        "timeUnit": "utcyearmonth",
                        "title": None,
                    },
                    "y": {"field": "won_value", "type": "quantitative", "title": "Won value"},
                },
            },
        ),
    ),
)

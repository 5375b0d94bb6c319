"""Our numbers beside those of others: the platforms' claims, and the CRM's own won value."""

from reports.page import Chart, Column, Page

_WINDOW = """
    inner join (
        select distinct starts_on, ends_on from marts.rpt_attribution_coverage
        where period = 'last_90_days'
    ) as window_days
        on books.date_day between window_days.starts_on and window_days.ends_on
"""
_BOOKS = "rpt_conversion_reconciliation"
_NO_SPEND = "No spend in this home: no ad platform is connected and no ad file was dropped."

PAGE = Page(
    name="reconciliation",
    title="Reconciliation",
    lead="Conversions beside what platforms claim, won value beside the CRM's own, row by row.",
    position=6,
    parts=(
        Chart(
            name="conversions_in_three_books",
            title="Conversions in three books",
            subtitle="{last_90_days}: as the platform claims, the site saw, the CRM recorded them",
            query=f"""
                select
                    books.platform,
                    sum(books.claimed_conversions) as claimed_conversions,
                    sum(books.observed_conversions) as observed_conversions,
                    sum(books.recorded_conversions) as recorded_conversions,
                    sum(books.claimed_less_observed) as claimed_less_observed,
                    sum(books.claimed_less_recorded) as claimed_less_recorded,
                    sum(books.observed_less_recorded) as observed_less_recorded
                from marts.rpt_conversion_reconciliation as books
                {_WINDOW}
                where books.platform <> '(none)'
                group by books.platform
                order by claimed_conversions desc, books.platform
            """,
            columns=(
                Column("platform", "Platform", "term"),
                Column("claimed_conversions", "Claimed by the platform", "ratio"),
                Column("observed_conversions", "Seen on the site", "count"),
                Column("recorded_conversions", "Recorded in the CRM", "count"),
                Column("claimed_less_observed", "Claimed less seen", "ratio"),
                Column("claimed_less_recorded", "Claimed less recorded", "ratio"),
                Column("observed_less_recorded", "Seen less recorded", "count"),
            ),
            empty=_NO_SPEND,
            notes=(
                "The site counts forms, the CRM leads by their last touch. A platform counts what "
                "its windows allow, also people who only saw an ad, and two platforms claim the "
                "same person: their claims are never added up.",
            ),
        ),
        Chart(
            name="reconciliation_by_campaign",
            title="The three books by campaign",
            subtitle="{last_90_days}; {currency}",
            query=f"""
                select
                    case books.platform when '(none)' then 'no ad' else books.platform end
                        as platform,
                    coalesce(campaigns.name, books.campaign_id) as campaign,
                    sum(books.claimed_conversions) as claimed_conversions,
                    sum(books.observed_conversions) as observed_conversions,
                    sum(books.recorded_conversions) as recorded_conversions,
                    sum(books.claimed_less_observed) as claimed_less_observed,
                    sum(books.claimed_less_recorded) as claimed_less_recorded,
                    sum(books.claimed_value_reporting) as claimed_value_reporting,
                    sum(books.recorded_value_reporting) as recorded_value_reporting,
                    max(books.attribution_setting) as attribution_setting,
                    case when bool_and(books.is_final) then 'final' else 'provisional' end as state
                from marts.rpt_conversion_reconciliation as books
                {_WINDOW}
                left join marts.dim_campaigns as campaigns
                    on books.campaign_id = campaigns.campaign_id
                group by books.platform, books.campaign_id, campaigns.name
                order by claimed_conversions desc, recorded_conversions desc, campaign
            """,
            columns=(
                Column("platform", "Platform", "term"),
                Column("campaign", "Campaign", "text", "dim_campaigns.name"),
                Column("claimed_conversions", "Claimed", "ratio"),
                Column("observed_conversions", "Seen", "count"),
                Column("recorded_conversions", "Recorded", "count"),
                Column("claimed_less_observed", "Claimed less seen", "ratio"),
                Column("claimed_less_recorded", "Claimed less recorded", "ratio"),
                Column("claimed_value_reporting", "Claimed value", "money"),
                Column("recorded_value_reporting", "Won value", "money"),
                Column("attribution_setting", "The platform counts"),
                Column("state", "Claim", "text", f"{_BOOKS}.is_final"),
            ),
            empty=_NO_SPEND,
        ),
        Chart(
            name="won_beside_the_crm",
            title="Won value beside the CRM's own",
            subtitle="By month of the close, each amount in its own currency",
            query="""
                select
                    month, source_system, currency_code, crm_won_deals, crm_won_value, won_value,
                    difference, listed_deals
                from marts.rpt_won_reconciliation
                order by month desc, source_system, currency_code
            """,
            columns=(
                Column("month", "Month", "month"),
                Column("source_system", "CRM", "term"),
                Column("currency_code", "Currency"),
                Column("crm_won_deals", "Deals in the CRM", "count"),
                Column("crm_won_value", "The CRM's own", "money"),
                Column("won_value", "Ours", "money"),
                Column("difference", "Difference", "money"),
                Column("listed_deals", "Deals listed", "count"),
            ),
            empty="No deal was won in this home.",
        ),
        Chart(
            name="won_differences",
            title="Every deal that the CRM counts otherwise",
            subtitle="They explain the difference to the cent",
            query="""
                select
                    month, source_system, source_record_id, reason, currency_code, crm_won_value,
                    won_value, difference
                from marts.rpt_won_differences
                order by month desc, source_system, source_record_id
            """,
            columns=(
                Column("month", "Month", "month"),
                Column("source_system", "CRM", "term"),
                Column("source_record_id", "Deal"),
                Column("reason", "Why"),
                Column("currency_code", "Currency"),
                Column("crm_won_value", "The CRM's own", "money"),
                Column("won_value", "Ours", "money"),
                Column("difference", "Difference", "money"),
            ),
            empty="None: every deal counts here as it counts in the CRM.",
        ),
    ),
)

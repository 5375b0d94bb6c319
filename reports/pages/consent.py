"""Consent: who may be contacted, on what ground, and which tool does not know yet."""

from reports.charts import monthly_bars, ranked_bars
from reports.page import Chart, Column, Page

_NOBODY = "No person is known in this home yet. Connect a CRM or an e-mail platform."

PAGE = Page(
    name="consent",
    title="Consent",
    lead="Who may be contacted, on what ground, and which tool does not know of a refusal yet.",
    position=6,
    parts=(
        Chart(
            name="consent_reach",
            title="Who may be contacted",
            subtitle="Known persons by channel and purpose, and what decides",
            query="""
                select
                    channel || ' · ' || purpose as way, reason, is_contactable,
                    count(*) as persons
                from marts.rpt_contactability
                group by 1, 2, 3
                order by 1, persons desc, 2
            """,
            columns=(
                Column("way", "Channel and purpose", "text", "rpt_contactability.channel"),
                Column("reason", "Reason", "term"),
                Column("is_contactable", "May be contacted", "flag"),
                Column("persons", "Persons", "count", "rpt_consent_coverage.persons"),
            ),
            empty=_NOBODY,
            notes=(
                "What holds is the most restrictive over all tools: a refusal in one of them holds "
                "in all. What it takes, and how long a grant lasts, stands in config/consent.yml.",
            ),
            spec=ranked_bars("way", "persons", "count", by="reason"),
        ),
        Chart(
            name="consent_coverage",
            title="Consent on record",
            subtitle="Known persons who granted or refused, and those who may be contacted",
            query="""
                select
                    channel, purpose, persons, on_record, coverage_share, contactable,
                    contactable_share, opted_out, expired, open_gaps
                from marts.rpt_consent_coverage
                order by channel, purpose
            """,
            columns=(
                Column("channel", "Channel", "term"),
                Column("purpose", "Purpose", "term"),
                Column("persons", "Persons", "count"),
                Column("on_record", "On record", "count"),
                Column("coverage_share", "Coverage", "share"),
                Column("contactable", "Contactable", "count"),
                Column("contactable_share", "Of all", "share"),
                Column("opted_out", "Opted out", "count"),
                Column("expired", "Expired", "count"),
                Column("open_gaps", "Gaps in tools", "count"),
            ),
            empty=_NOBODY,
        ),
        Chart(
            name="consent_months",
            title="Grants and refusals of marketing by e-mail",
            subtitle="Persons a month, counted once a month whichever tools told",
            query="""
                select
                    cast(date_trunc('month', occurred_at) as date) as month, effect,
                    count(distinct person_id) as persons
                from marts.fct_consent_events
                where
                    channel = 'email' and purpose = 'marketing' and person_id is not null
                    and (effect = 'withdraw' or standing in ('evidence', 'assertion'))
                group by 1, 2
                order by 1, 2
            """,
            columns=(
                Column("month", "Month", "month", "fct_consent_events.occurred_at"),
                Column("effect", "What", "term"),
                Column("persons", "Persons", "count", "fct_consent_events.person_id"),
            ),
            empty="No tool has told of a grant or a refusal in this home.",
            spec=monthly_bars("persons", "count", by="effect"),
        ),
        Chart(
            name="suppression_gaps",
            title="Tools that would still reach who refused",
            subtitle="Live records by tool, and what to do",
            query="""
                select
                    source, object, channel, remedy, count(*) as records,
                    max(open_days) as oldest_days
                from marts.rpt_suppression_parity
                group by source, object, channel, remedy
                order by records desc, source, object, channel
            """,
            columns=(
                Column("source", "Tool", "term"),
                Column("object", "Object"),
                Column("channel", "Channel", "term"),
                Column("remedy", "What to do"),
                Column("records", "Records", "count", "rpt_suppression_parity.source_record_id"),
                Column("oldest_days", "Oldest, days", "days", "rpt_suppression_parity.open_days"),
            ),
            empty="Every tool knows of every refusal.",
            notes=("Each record stands in rpt_suppression_parity, with the event that decides.",),
        ),
        Chart(
            name="unmapped_consent",
            title="Words that no rule knows",
            subtitle="They move nothing until config/consent.yml says what they mean",
            query="""
                select tool, field, stated_value, count(*) as events
                from marts.fct_consent_events
                where effect = '(unmapped)' or evidence = '(unmapped)'
                group by tool, field, stated_value
                order by events desc, tool, field, stated_value
            """,
            columns=(
                Column("tool", "Tool", "term"),
                Column("field", "Field"),
                Column("stated_value", "Value"),
                Column("events", "Events", "count", "fct_consent_events.event_id"),
            ),
            empty="Every word about consent has its line in config/consent.yml.",
        ),
    ),
)

"""E-mail and social: what people did, apart from what machines did."""

from reports.charts import ranked_bars, spans
from reports.page import Chart, Column, Page

_WEEK = {
    "field": "week",
    "type": "temporal",
    "timeUnit": "utcyearmonthdate",
    "title": None,
    "axis": {
        "format": "%-d %b %y",
        "labelOverlap": True,
        "grid": False,
        "tickMinStep": 7 * 24 * 3_600_000,
    },
}

_NO_EMAIL = "No e-mail campaign in this home. Connect an e-mail platform, or drop its events."
_NO_SOCIAL = "No social post was read in this home. Connect a social platform."

PAGE = Page(
    name="engagement",
    title="E-mail and social",
    lead="What people opened, clicked and shared, with machines told apart from people.",
    position=6,
    parts=(
        Chart(
            name="email_campaigns",
            title="Open rate of the 20 latest e-mail campaigns",
            subtitle="Share of delivered, from the surest count to the highest possible",
            query="""
                select
                    campaigns.name, campaigns.started_on as sent_on, email.sent, email.delivered,
                    email.open_rate_lower, email.open_rate_upper, email.click_rate,
                    email.unsubscribe_rate, email.bounce_rate
                from marts.rpt_email_campaigns as email
                left join marts.dim_campaigns as campaigns
                    on email.campaign_id = campaigns.campaign_id
                where email.open_rate_upper is not null
                order by campaigns.started_on desc nulls last, campaigns.name
                limit 20
            """,
            columns=(
                Column("name", "Campaign"),
                Column("sent_on", "Sent on", "date", "dim_campaigns.started_on"),
                Column("sent", "Sent", "count"),
                Column("delivered", "Delivered", "count"),
                Column("open_rate_lower", "Open rate, at least", "share"),
                Column("open_rate_upper", "Open rate, at most", "share"),
                Column("click_rate", "Click rate", "share"),
                Column("unsubscribe_rate", "Unsubscribed", "share"),
                Column("bounce_rate", "Bounced", "share"),
            ),
            empty=_NO_EMAIL,
            notes=(
                "A mail fetched by a privacy proxy may or may not have been read, so an open rate "
                "is a span. Clicks by link scanners are left out.",
            ),
            spec=spans("name", "open_rate_lower", "open_rate_upper", "share"),
        ),
        Chart(
            name="email_clicks",
            title="Click rate of the 20 latest e-mail campaigns",
            subtitle="Human clickers, share of delivered",
            query="""
                select
                    campaigns.name, campaigns.started_on as sent_on, email.delivered,
                    email.clickers, email.click_rate, email.click_to_open_rate
                from marts.rpt_email_campaigns as email
                left join marts.dim_campaigns as campaigns
                    on email.campaign_id = campaigns.campaign_id
                where email.click_rate is not null
                order by campaigns.started_on desc nulls last, campaigns.name
                limit 20
            """,
            columns=(
                Column("name", "Campaign"),
                Column("sent_on", "Sent on", "date", "dim_campaigns.started_on"),
                Column("delivered", "Delivered", "count"),
                Column("clickers", "Human clickers", "count"),
                Column("click_rate", "Click rate", "share"),
                Column("click_to_open_rate", "Click to open", "share"),
            ),
            empty=_NO_EMAIL,
            spec=ranked_bars("name", "click_rate", "share", step=22),
        ),
        Chart(
            name="social_days",
            title="Response to social posts by week",
            subtitle="Interactions a week; a post's first snapshot holds all that came before it",
            query="""
                select
                    cast(date_trunc('week', reported_on) as date) as week, platform,
                    sum(impressions) as impressions, sum(interactions) as interactions,
                    sum(clicks) as clicks
                from marts.fct_social_post_days
                group by 1, 2
                order by 1, 2
            """,
            columns=(
                Column("week", "Week from", "date", "fct_social_post_days.reported_on"),
                Column("platform", "Platform", "term"),
                Column("impressions", "Impressions", "count"),
                Column("interactions", "Interactions", "count"),
                Column("clicks", "Clicks", "count"),
            ),
            empty=_NO_SOCIAL,
            spec={
                "mark": {"type": "bar", "cornerRadiusEnd": 2, "width": 18},
                "encoding": {
                    "x": _WEEK,
                    "y": {
                        "field": "interactions",
                        "type": "quantitative",
                        "title": None,
                        "axis": {"format": "~s", "tickCount": 5},
                    },
                    "color": {"field": "platform", "type": "nominal", "title": None},
                },
                "height": 240,
            },
            is_wide=False,
        ),
        Chart(
            name="social_posts",
            title="Posts that people responded to",
            subtitle="The 15 with the most interactions, all time",
            query="""
                select
                    posts.published_at, posts.post_type, posts.platform, days.impressions,
                    days.interactions, days.clicks
                from marts.fct_social_posts as posts
                inner join (
                    select
                        platform, post_id, sum(impressions) as impressions,
                        sum(interactions) as interactions, sum(clicks) as clicks
                    from marts.fct_social_post_days
                    group by platform, post_id
                ) as days
                    on posts.platform = days.platform and posts.post_id = days.post_id
                order by days.interactions desc, posts.post_id
                limit 15
            """,
            columns=(
                Column("published_at", "Published", "date"),
                Column("post_type", "Kind", "term"),
                Column("platform", "Platform", "term"),
                Column("impressions", "Impressions", "count", "fct_social_post_days.impressions"),
                Column(
                    "interactions", "Interactions", "count", "fct_social_post_days.interactions"
                ),
                Column("clicks", "Clicks", "count", "fct_social_post_days.clicks"),
            ),
            empty=_NO_SOCIAL,
            is_wide=False,
        ),
    ),
)

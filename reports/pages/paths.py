"""What came before a conversion: paths of channels, how many touches, how many days."""

from reports.charts import bars_below_labels, bars_in_order
from reports.page import Chart, Column, Page
from reports.queries import STAGE_ORDER

_EMPTY = "No stage was reached in this home, so no path leads to one."
_COVERAGE = (
    Column("coverage_share", "Coverage", "share"),
    Column("value_coverage_share", "Coverage of value", "share"),
)
_MEASURES = (
    Column("conversions", "Conversions", "count"),
    Column("conversion_share", "Share of conversions", "share"),
    Column("value_amount_reporting", "Value", "money"),
    Column("value_share", "Share of value", "share"),
)
_MANY = 12


def _top_paths(stage: str, title: str) -> Chart:
    return Chart(
        name=f"top_paths_{stage}",
        title=title,
        subtitle="Conversions by path of channels, all time; the ten most frequent",
        query=f"""
            select
                path, conversions, conversion_share, value_amount_reporting, value_share,
                median_days, coverage_share, value_coverage_share
            from marts.rpt_attribution_paths
            where stage = '{stage}' and path_rank <= 10
            order by path_rank
        """,
        columns=(
            Column("path", "Path", "path"),
            *_MEASURES,
            Column("median_days", "Median days", "days"),
            *_COVERAGE,
        ),
        empty=_EMPTY,
        spec=bars_below_labels("path", "conversions", "count"),
        is_wide=False,
    )


def _lengths(stage: str, title: str) -> Chart:
    return Chart(
        name=f"path_lengths_{stage}",
        title=title,
        subtitle="Share of conversions by number of touches in the lookback, all time",
        query=f"""
            select
                case
                    when touches = 0 then 'No touch seen'
                    when touches >= {_MANY} then '{_MANY} and more'
                    else cast(touches as varchar)
                end as touches_shown,
                sum(conversion_share) as conversion_share, sum(conversions) as conversions,
                sum(value_amount_reporting) as value_amount_reporting,
                sum(value_share) as value_share, max(coverage_share) as coverage_share,
                max(value_coverage_share) as value_coverage_share
            from marts.rpt_attribution_path_lengths
            where stage = '{stage}'
            group by touches_shown
            order by min(touches)
        """,
        columns=(
            Column("touches_shown", "Touches", "text", "rpt_attribution_path_lengths.touches"),
            _MEASURES[1],
            _MEASURES[0],
            *_MEASURES[2:],
            *_COVERAGE,
        ),
        empty=_EMPTY,
        spec=bars_in_order("touches_shown", "conversion_share", "share"),
        is_wide=False,
    )


def _times(stage: str, title: str) -> Chart:
    return Chart(
        name=f"time_to_convert_{stage}",
        title=title,
        subtitle="Share of conversions by days from the first touch in the lookback, all time",
        query=f"""
            select
                time_bucket, conversions, conversion_share, value_amount_reporting, value_share,
                coverage_share, value_coverage_share
            from marts.rpt_attribution_time_to_convert
            where stage = '{stage}'
            order by from_days nulls last
        """,
        columns=(Column("time_bucket", "Days", "term"), *_MEASURES, *_COVERAGE),
        empty=_EMPTY,
        spec=bars_in_order("time_bucket", "conversion_share", "share"),
        is_wide=False,
    )


PAGE = Page(
    name="paths",
    title="Paths",
    lead="What came before a conversion: which channels in which order, how often, how long.",
    position=5,
    parts=(
        _top_paths("lead", "Top paths to a lead"),
        _top_paths("won", "Top paths to a won deal"),
        Chart(
            name="paths_listed",
            title="Paths by stage",
            subtitle="Each stage adds up to all its conversions and their whole value",
            query=f"""
                select
                    stage, path, conversions, conversion_share, value_amount_reporting,
                    value_share, median_days, coverage_share, value_coverage_share,
                    distinct_paths
                from marts.rpt_attribution_paths
                order by {STAGE_ORDER}, path_rank nulls last, path
            """,
            columns=(
                Column("stage", "Stage", "term"),
                Column("path", "Path", "path"),
                *_MEASURES,
                Column("median_days", "Median days", "days"),
                *_COVERAGE,
                Column("distinct_paths", "Paths", "count"),
            ),
            empty=_EMPTY,
            notes=(
                "Touches of one channel in a row are one step unless attribution_paths in "
                "config/attribution.yml says otherwise; it also says how many paths a stage "
                "lists. The others share one row, and so do the conversions without a touch.",
                "A refund takes its value off the path of its sale and is no conversion.",
            ),
        ),
        _lengths("lead", "Touches before a lead"),
        _lengths("won", "Touches before a won deal"),
        _times("lead", "Days to a lead"),
        _times("won", "Days to a won deal"),
        Chart(
            name="time_to_convert_percentiles",
            title="How long it takes, stage by stage",
            subtitle="Days from the first touch in the lookback; conversions without a touch are "
            "left out",
            query=f"""
                select
                    stage, p50_days, p75_days, p90_days, sum(conversions) as conversions,
                    sum(value_amount_reporting) as value_amount_reporting, coverage_share,
                    value_coverage_share
                from marts.rpt_attribution_time_to_convert
                group by stage, p50_days, p75_days, p90_days, coverage_share, value_coverage_share
                order by {STAGE_ORDER}
            """,
            columns=(
                Column("stage", "Stage", "term"),
                Column("p50_days", "Median days", "days"),
                Column("p75_days", "75th percentile", "days"),
                Column("p90_days", "90th percentile", "days"),
                Column("conversions", "Conversions", "count"),
                Column("value_amount_reporting", "Value", "money"),
                *_COVERAGE,
            ),
            empty=_EMPTY,
            notes=(
                "No touch is older than the lookback of the stage, and so no time is longer. These "
                "are days of those who converted; how long others have been on the way is on the "
                "Funnel page.",
            ),
        ),
    ),
)

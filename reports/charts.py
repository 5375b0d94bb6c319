"""Vega-Lite specifications in the few forms that the pages use, each without its data.

Colours of channels, tooltips and the reading order of series are added when the page is built, so
they are the same everywhere.
"""

from typing import Any

Spec = dict[str, Any]

# A period that is not over, or that a platform may still restate, is drawn pale.
PALE = {"condition": {"test": "datum.state && datum.state !== 'final'", "value": 0.5}, "value": 1}
BAR = {"type": "bar", "cornerRadiusEnd": 2}
FORMATS = {"money": "~s", "count": "~s", "share": ".0%", "ratio": ",.2~f", "days": ",.1~f"}


def by_month(field: str = "month", align: str = "center") -> Spec:
    """Return the axis of a month, which is a day in UTC whatever the reader's zone."""
    axis = {
        "format": "%b %y",
        "labelOverlap": True,
        "labelSeparation": 14,
        "labelFlush": False,
        "labelAlign": align,
        # A label that begins at its bar may not reach past the last one: the plot would shrink.
        "labelBound": align == "left",
        "grid": False,
    }
    return {
        "field": field,
        "type": "temporal",
        "timeUnit": "utcyearmonth",
        "title": None,
        "axis": axis,
    }


def amount(field: str, kind: str, **more: Any) -> Spec:
    """Return the axis of a measure, in the unit that the subtitle names."""
    # One number at a time: the default gives all ticks of an axis one prefix, as in 0k. A billion
    # is B to readers, not G.
    label = f"replace(format(datum.value, '{FORMATS[kind]}'), 'G', 'B')"
    axis = {"labelExpr": label, "tickCount": 5}
    if kind == "count":
        axis["tickMinStep"] = 1
    return {"field": field, "type": "quantitative", "title": None, "axis": axis, **more}


def monthly_bars(measure: str, kind: str, by: str | None = None) -> Spec:
    """Return bars by month, stacked `by` a series where one is named."""
    encoding = {"x": by_month(align="left"), "y": amount(measure, kind), "opacity": PALE}
    if by:
        encoding["color"] = {"field": by, "type": "nominal", "title": None}
    return {"mark": BAR, "encoding": encoding, "height": 260}


def monthly_lines(measure: str, kind: str, by: str) -> Spec:
    """Return a line by month for each series, with a point a month."""
    return {
        "encoding": {
            "x": by_month(),
            "y": amount(measure, kind),
            "color": {"field": by, "type": "nominal", "title": None},
        },
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2}},
            {
                "mark": {"type": "point", "filled": True, "size": 45},
                "encoding": {"opacity": PALE},
            },
        ],
        "height": 260,
    }


def ranked_bars(label: str, measure: str, kind: str, by: str | None = None, step: int = 30) -> Spec:
    """Return horizontal bars, the longest first, stacked `by` a series where one is named."""
    encoding = {
        "y": {**_labels(label), "sort": {"field": measure, "op": "sum", "order": "descending"}},
        "x": amount(measure, kind),
    }
    if by:
        encoding["color"] = {"field": by, "type": "nominal", "title": None}
    return {"mark": BAR, "encoding": encoding, "height": {"step": step}}


def bars_in_order(label: str, measure: str, kind: str) -> Spec:
    """Return horizontal bars in the order of the answer."""
    return {
        "mark": BAR,
        "encoding": {"y": {**_labels(label), "sort": None}, "x": amount(measure, kind)},
        "height": {"step": 28},
    }


def bars_below_labels(label: str, measure: str, kind: str) -> Spec:
    """Return horizontal bars in the order of the answer, each below its label.

    For labels that beside the bars would leave them no room.
    """
    text = {"type": "text", "align": "left", "yOffset": -9, "fontSize": 12}
    return {
        "encoding": {"y": {"field": label, "type": "nominal", "sort": None, "axis": None}},
        "layer": [
            {
                "mark": {**BAR, "height": 10, "yOffset": 7},
                "encoding": {"x": amount(measure, kind)},
            },
            {
                "mark": {**text, "limit": {"expr": "width"}, "color": {"expr": "ink"}},
                "encoding": {"x": {"value": 0}, "text": {"field": label, "type": "nominal"}},
            },
        ],
        "height": {"step": 36},
    }


def ranked_dots(
    label: str, measure: str, kind: str, by: str, at_least: tuple[float, float]
) -> Spec:
    """Return a dot a row in the order of the answer, on a scale that need not begin at zero.

    Bars would: cut off at the bottom, their length says nothing.
    """
    scale = {"zero": False, "domain": {"unionWith": list(at_least)}}
    return {
        # Narrower, labels of several parts would be cut to the same word.
        "usermeta": {"leastWidth": 560},
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
        "encoding": {
            "y": {**_labels(label, 340), "sort": None},
            "x": amount(measure, kind, scale=scale),
            "color": {"field": by, "type": "nominal", "title": None},
        },
        "height": {"step": 26},
    }


def bars_beside_before(
    label: str, measure: str, before: str, kind: str, by: str | None = None
) -> Spec:
    """Return horizontal bars in the order of the answer, a tick where the period before stood."""
    bar: Spec = {"mark": BAR, "encoding": {"x": amount(measure, kind)}}
    if by:
        bar["encoding"]["color"] = {"field": by, "type": "nominal", "legend": None}
    tick = {"type": "tick", "thickness": 3, "size": 20, "color": {"expr": "ink"}}
    return {
        "encoding": {"y": {**_labels(label), "sort": None}},
        "layer": [bar, {"mark": tick, "encoding": {"x": amount(before, kind)}}],
        "height": {"step": 32},
    }


def spans(
    label: str, low: str, high: str, kind: str, mark: str | None = None, from_zero: bool = True
) -> Spec:
    """Return a bar from the lowest to the highest, rows in the order of the answer."""
    scale = {"zero": from_zero}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "height": 8, "cornerRadius": 4, "opacity": 0.55},
            "encoding": {"x": amount(low, kind, scale=scale), "x2": {"field": high}},
        }
    ]
    if mark:
        dot = {"type": "point", "filled": True, "size": 110, "opacity": 1}
        layers.append({"mark": dot, "encoding": {"x": amount(mark, kind, scale=scale)}})
    return {
        "encoding": {"y": {**_labels(label), "sort": None}},
        "layer": layers,
        "height": {"step": 26},
    }


def waterfall(label: str, start: str, end: str, by: str, kind: str) -> Spec:
    """Return a bar a step in the order of the answer, each from where the one before has ended."""
    axis = {"labelAngle": 0, "labelLimit": 90, "labelOverlap": False, "ticks": False}
    return {
        # Narrower, the labels of its steps would lie on each other; a phone scrolls it sideways.
        "usermeta": {"leastWidth": 720},
        "mark": BAR,
        "encoding": {
            "x": {"field": label, "type": "nominal", "title": None, "sort": None, "axis": axis},
            "y": amount(start, kind),
            "y2": {"field": end},
            "color": {"field": by, "type": "nominal", "title": None},
        },
        "height": 280,
    }


def heat(row: str, column: str, measure: str, kind: str) -> Spec:
    """Return a grid with a number in each cell, rows and columns in the order of the answer."""
    return {
        # Narrower, its numbers would lie on each other; a phone scrolls it sideways.
        "usermeta": {"leastWidth": 640},
        "transform": [{"joinaggregate": [{"op": "max", "field": measure, "as": "highest"}]}],
        "encoding": {
            "y": {**_labels(row), "sort": None},
            "x": {
                "field": column,
                "type": "nominal",
                "title": None,
                "sort": None,
                "axis": {"orient": "top", "labelAngle": -35, "labelLimit": 180, "domain": False},
            },
        },
        "layer": [
            {
                "mark": {"type": "rect", "cornerRadius": 3},
                "encoding": {"color": {"field": measure, "type": "quantitative", "legend": None}},
            },
            {
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    "text": {"field": measure, "type": "quantitative", "format": FORMATS[kind]},
                    "color": {
                        "condition": {
                            "test": f"datum['{measure}'] > 0.55 * datum.highest",
                            "value": {"expr": "ground"},
                        },
                        "value": {"expr": "ink"},
                    },
                },
            },
        ],
        "height": {"step": 32},
    }


def _labels(field: str, limit: int = 220) -> Spec:
    axis = {"labelLimit": limit, "ticks": False, "domain": False, "labelPadding": 8}
    return {"field": field, "type": "nominal", "title": None, "axis": axis}

"""Why a conversion is credited as it is: its journey, each model's shares, the fits behind them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from attribution.errors import CannotCredit

_CONVERSION = """
select stage, converted_at, value_amount, currency_code, value_amount_reporting, is_rate_missing,
    reverses_conversion_id
from marts.fct_conversions where conversion_id = ?
"""
_TOUCHES = """
select distinct touch_position, touched_at, channel, campaign_id, touchpoint_id
from marts.fct_attribution_credits where conversion_id = ? order by touch_position
"""
_CREDITS = """
select attribution_model, model_fit_id, touch_position, weight, value_amount
from marts.fct_attribution_credits where conversion_id = ?
order by attribution_model, touch_position
"""
_FITS = """
select distinct fits.attribution_model, fits.model_fit_id, fits.window_from_at,
    fits.window_until_at, fits.journeys, fits.conversions
from marts.rpt_attribution_fits as fits
inner join marts.fct_attribution_credits as credits
    on fits.model_fit_id = credits.model_fit_id
where credits.conversion_id = ? order by fits.attribution_model
"""
_SHARES = """
select channel, effect, touch_share, model_share
from marts.rpt_attribution_fits
where model_fit_id = ? and channel in (
    select channel from marts.fct_attribution_credits where conversion_id = ?
) order by touch_share desc, channel
"""
# Where there is no fit: what was said of the newest month that is no later.
_REFUSALS = """
select fits.refusal
from marts.rpt_attribution_fits as fits
inner join marts.fct_conversions as conversions
    on fits.stage = conversions.stage
        and fits.month <= cast(date_trunc('month', conversions.converted_at) as date)
where conversions.conversion_id = ? and fits.attribution_model = ? and fits.is_in_force
    and fits.refusal is not null
order by fits.month desc limit 1
"""

# Of the longest model that ships.
_WIDTH = len("w_shaped_30_30_30_10")


def explain(marts: Path, conversion: str) -> list[str]:
    """Return the lines about a conversion of the published marts; nothing is written.

    Raises CannotCredit where there is none of that id.
    """
    with duckdb.connect(str(marts), read_only=True) as connection:
        row = connection.execute(_CONVERSION, [conversion]).fetchone()
        if row is None:
            raise CannotCredit(f"{conversion} is no conversion; fct_conversions holds them all")
        told = _head(row)
        told += ["", "Touches that may be credited:"]
        for place, at, channel, campaign, touch in _asked(connection, _TOUCHES, conversion):
            named = f", campaign {campaign}" if campaign else ""
            told += [f"  {place}  {at:%Y-%m-%d %H:%M}  {channel}{named}, touch {touch}"]
        told += ["", "Share of each touch, and the money that it carries:"]
        credits = _asked(connection, _CREDITS, conversion)
        for model in dict.fromkeys(row[0] for row in credits):
            told += [_model([each for each in credits if each[0] == model], row[3])]
        told += _fits(connection, conversion, credits)
    return told


def _head(row: Sequence) -> list[str]:
    stage, at, value, currency, reporting, is_missing, original = row
    told = [f"{stage}, {at:%Y-%m-%d %H:%M} UTC"]
    if value is not None:
        rate = "no rate is known" if is_missing else f"{reporting:,.2f} in reports"
        told[0] += f", {value:,.2f} {currency} ({rate})"
    if original:
        told += [f"It takes back {original}, and has its journey and its weights."]
    return told


def _model(credits: Sequence[tuple], currency: str | None) -> str:
    """Return the line of a model: the touches that it credits, and what each carries."""
    shares = [
        f"{place}: {100 * weight:.2f} %" + (f" = {value:,.2f} {currency}" if currency else "")
        for _, _, place, weight, value in credits
        if weight > 0
    ]
    return f"  {credits[0][0]:<{_WIDTH}}  {', '.join(shares)}"


def _fits(
    connection: duckdb.DuckDBPyConnection, conversion: str, credits: Sequence[tuple]
) -> list[str]:
    told = []
    for model, fit, since, until, journeys, won in _asked(connection, _FITS, conversion):
        told += [
            f"  {model}: {journeys:,} journeys from {since:%Y-%m-%d} to before {until:%Y-%m-%d}, "
            f"of which {won:,} converted; fit {fit}"
        ]
        for channel, effect, weighs, share in _asked(connection, _SHARES, fit, conversion):
            of_all = "" if share is None else f", {100 * share:.2f} % of all credit"
            told += [f"    {channel}: effect {effect:.6f}{of_all}; weighs {weighs:.6f}"]
    for model in dict.fromkeys(row[0] for row in credits if row[1] is None):
        for (refusal,) in _asked(connection, _REFUSALS, conversion, model):
            told += [f"  {model}: no fit, so the touches share alike; {refusal}"]
    return ["", "What the fitted models go by:", *told] if told else []


def _asked(connection: duckdb.DuckDBPyConnection, query: str, *given: str) -> list[tuple]:
    return connection.execute(query, list(given)).fetchall()

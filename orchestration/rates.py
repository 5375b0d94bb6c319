"""Says which currencies have no rate: what is counted in them has no value in any sum."""

import duckdb

_WITHOUT = {
    "conversions": "select currency_code from marts.fct_conversions where is_rate_missing",
    "ad rows with spend": "select currency_code from marts.fct_ad_performance "
    "where fx_rate is null and spend_amount <> 0",
}


def told(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return one line on all that an open marts file holds without a rate, none where all has."""
    parts = []
    for what, query in _WITHOUT.items():
        try:
            found = connection.execute(
                f"select coalesce(currency_code, 'no currency'), count(*) from ({query}) "
                "group by 1 order by 1"
            ).fetchall()
        except duckdb.CatalogException:
            continue
        parts += [f"{count:,} {what} in {currency}" for currency, count in found]
    if not parts:
        return []
    return [
        f"NO RATE {', '.join(parts)}: counted, but their value is in no sum; "
        "add the rate to config/fx.yml"
    ]

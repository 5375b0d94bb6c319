"""Pairs of records scored with a stored model, by Splink on a DuckDB connection.

Splink is imported inside: it costs half a second, and a home may have the tier switched off.
"""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from identity.linkage.definition import Definition
from identity.linkage.model import Model, splink_settings

if TYPE_CHECKING:
    from splink import DuckDBAPI, Linker


def score(
    connection: duckdb.DuckDBPyConnection,
    definition: Definition,
    model: Model,
    new: str,
    old: str | None = None,
    *,
    output: str = "scored_pairs",
) -> None:
    """Make the table `output` (one, other, match_weight, weights) of pairs on the ladder.

    Pairs lie within the table `new`, and between `old` and `new`: with what was scored before they
    are those of a whole run. `weights` are bits per comparison, term frequency included. The tables
    have the columns of the definition and stand in the current database, as will what Splink makes.
    """
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection)
    fresh = api.register(new)
    # The settings were judged when the model was trained; again would cost a tenth of an increment.
    linker = Linker(
        fresh, splink_settings(definition, model), log_level=None, validate_settings=False
    )
    _tell_frequencies(connection, api, linker, model)
    least = definition.ladder[0]
    found = [linker.inference.predict_within(fresh, threshold_match_weight=least)]
    if old is not None:
        known = api.register(old)
        found.append(linker.inference.predict_between(known, fresh, threshold_match_weight=least))
    id_ = definition.unique_id
    weights = ", ".join(
        f"'{name}': {' + '.join(columns)}"
        for name, columns in _weight_columns(connection, found[0].physical_name, definition).items()
    )
    pairs = " union all ".join(f"select * from {each.physical_name}" for each in found)
    connection.execute(
        f'create or replace table {output} as select "{id_}_l" as one, "{id_}_r" as other,'
        f" match_weight, map {{{weights}}} as weights from ({pairs})"
    )
    for each in found:
        connection.execute(f"drop table {each.physical_name}")


def _weight_columns(
    connection: duckdb.DuckDBPyConnection, table: str, definition: Definition
) -> Mapping[str, list[str]]:
    """The columns of bits per comparison, its own and those of term frequencies."""
    columns = [
        name for name, *_ in connection.execute(f"describe {table}").fetchall() if name[:3] == "mw_"
    ]
    return {
        each.name: [
            name for name in columns if name in (f"mw_{each.name}", f"mw_tf_adj_{each.name}")
        ]
        for each in definition.comparisons
    }


def _tell_frequencies(
    connection: duckdb.DuckDBPyConnection, api: "DuckDBAPI", linker: "Linker", model: Model
) -> None:
    """Give Splink the model's frozen frequencies; a value not in them weighs as the average."""
    for column, shares in model.term_frequencies.items():
        terms = pa.table(
            {column: list(shares), f"tf_{column}": pa.array(shares.values(), pa.float64())}
        )
        connection.register("told_terms", terms)
        connection.execute(f"create or replace table terms_{column} as select * from told_terms")
        connection.unregister("told_terms")
        linker.table_management.register_term_frequency_lookup(
            api.register(f"terms_{column}"), column
        )

"""Training a model: u from random pairs, m from labels or by expectation maximisation.

Deterministic: the sample has a seed, and the rest is counting. Train rarely, and ship what comes
out: weights that move with the data would move old links too.
"""

import json
import logging
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from identity.linkage.definition import Definition, DefinitionError
from identity.linkage.model import Model, prior_of, shares_of, splink_settings

SEED = 1
# Ten million pairs took two minutes on FEBRL and moved no weight by more than a tenth of a bit.
RANDOM_PAIRS = 2_000_000


def train(
    connection: duckdb.DuckDBPyConnection,
    definition: Definition,
    table: str,
    *,
    version: str,
    label: str | None = None,
    trained_on: str = "",
) -> Model:
    """Return the model of the records in `table`, which has the columns of the definition.

    With `label`, a column that names who a record truly is, m is counted on true pairs; without,
    it is estimated by expectation maximisation within the blocks of `training.blocks`, and the
    prior from the links of `training.certain` (SQL over l and r) and their recall.
    """
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    linker = Linker(
        DuckDBAPI(connection).register(table), splink_settings(definition), log_level=None
    )
    training = linker.training
    if label is None:
        certain: list[Any] = list(definition.training.get("certain") or definition.blocks[:1])
        recall = float(definition.training.get("recall", 0.7))
        training.estimate_probability_two_random_records_match(certain, recall=recall)
    training.estimate_u_using_random_sampling(
        max_pairs=RANDOM_PAIRS, seed=SEED, min_count_per_level=None, num_chunks=1
    )
    if label is not None:
        training.estimate_m_from_label_column(label)
    else:
        blocks = definition.training.get("blocks")
        if not blocks:
            raise DefinitionError(
                "without labels `training.blocks` must say where to look for pairs"
            )
        for block in blocks:
            training.estimate_parameters_using_expectation_maximisation(
                block, estimate_without_term_frequencies=True
            )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trained.json"
        linker.misc.save_model_to_json(str(path))
        trained = json.loads(path.read_text("utf-8"))
    prior = definition.training.get("prior") or (
        prior_of(trained) if label is None else _prior(connection, table, label)
    )
    frequencies = {
        column: _frequencies(connection, table, column) for column in definition.term_columns
    }
    return Model(version, prior, shares_of(trained, definition), frequencies, trained_on)


def _prior(connection: duckdb.DuckDBPyConnection, table: str, label: str) -> float:
    """The share of pairs that are one, counted on the labels."""
    row = connection.execute(
        f"""
        select sum(records * (records - 1)), sum(records)
        from (
            select count(*) as records from {table}
            where "{label}" is not null group by "{label}"
        )
        """
    ).fetchone()
    pairs, records = row or (0, 0)
    return float(max(pairs, 1) / max(records * (records - 1), 1))


def _frequencies(
    connection: duckdb.DuckDBPyConnection, table: str, column: str
) -> dict[str, float]:
    rows = connection.execute(
        f"""
        select cast("{column}" as varchar), count(*) / sum(count(*)) over () from {table}
        where "{column}" is not null group by all
        """
    ).fetchall()
    return {term: round(share, 9) for term, share in rows}

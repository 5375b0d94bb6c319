"""How well a linkage finds who is who in a labelled file: any columns, comparisons from YAML."""

import json
import resource
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import numpy as np

from identity.clusters import Limits, Links, Traits, cut
from identity.linkage import model as models
from identity.linkage.definition import Definition, DefinitionError
from identity.linkage.quality import Quality, b_cubed, pairwise
from identity.linkage.scoring import score
from identity.linkage.training import train

# Text stays text: a reader that guesses types takes the zero off a postal code.
READERS = {
    ".csv": "read_csv(?, all_varchar = true)",
    ".tsv": "read_csv(?, all_varchar = true)",
    ".parquet": "read_parquet(?)",
}


@dataclass(frozen=True)
class Evaluation:
    """Scores of the final clusters; sizes are cluster size -> how many; memory is the peak."""

    records: int
    labelled_records: int
    scored_pairs: int
    pairwise: Quality
    b_cubed: Quality
    clusters: int
    cluster_sizes: dict[int, int]
    held_for_review: int
    training_seconds: float
    linking_seconds: float
    peak_megabytes: float
    model_version: str

    def as_json(self) -> str:
        """Return everything as one JSON object."""
        told = asdict(self)
        for name in ("pairwise", "b_cubed"):
            told[name]["f1"] = getattr(self, name).f1
        return json.dumps(told, indent=2)

    def as_text(self) -> str:
        """Return everything as lines to read."""
        sizes = ", ".join(f"{many:,} of {size}" for size, many in self.cluster_sizes.items())
        return "\n".join(
            (
                f"records     {self.records:,}, labelled {self.labelled_records:,}",
                f"pairwise    {_line(self.pairwise)}",
                f"b-cubed     {_line(self.b_cubed)}",
                f"clusters    {self.clusters:,}: {sizes}; held for review {self.held_for_review}",
                f"pairs       {self.scored_pairs:,} scored at or over the first rung",
                f"seconds     training {self.training_seconds:.1f},"
                f" linking {self.linking_seconds:.1f}",
                f"memory      {self.peak_megabytes:,.0f} MB at the peak",
                f"model       {self.model_version}",
            )
        )


def open_file(path: Path, definition: Definition) -> duckdb.DuckDBPyConnection:
    """Return a database in memory whose table `records` is the file with the derived columns.

    Raises DefinitionError where the file lacks a column or is of no known kind.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DefinitionError(f"{path} is none of {sorted(READERS)}")
    connection = duckdb.connect()
    derived = ", ".join(f'{sql} as "{name}"' for name, sql in definition.columns.items())
    id_ = definition.unique_id
    try:
        connection.execute(
            f'create table records as select * replace (cast("{id_}" as varchar) as "{id_}")'
            f" {', ' + derived if derived else ''} from {reader}",
            [str(path)],
        )
    except (duckdb.BinderException, duckdb.ParserException) as error:
        raise DefinitionError(f"{path} does not fit the definition: {error}") from error
    except duckdb.Error as error:
        told = str(error).splitlines()
        raise DefinitionError(f"{path} cannot be read: {' '.join(told[:3])}") from error
    if len(connection.execute("select 1 from records limit 2").fetchall()) < 2:
        raise DefinitionError(f"{path} holds fewer than two records: there is nothing to compare")
    twice = connection.execute(
        f'select "{id_}" from records group by "{id_}" having count(*) > 1 limit 1'
    ).fetchone()
    if twice:
        raise DefinitionError(f"{path}: {id_} {twice[0]} stands twice, so it names no record")
    return connection


@contextmanager
def usable() -> Generator[None]:
    """Turn what Splink and DuckDB refuse of a definition into a DefinitionError of one line."""
    from splink.internals.exceptions import SplinkException

    try:
        yield
    except (SplinkException, duckdb.Error) as error:
        told = str(error).partition("Error was: ")[2] or str(error)
        raise DefinitionError(f"the definition cannot be used: {told.splitlines()[0]}") from error


def evaluate(path: Path, truth: str, definition: Definition, folder: Path) -> Evaluation:
    """Link a file and score the clusters against the column `truth`, which linking never sees.

    The model is the one that the definition names, relative to `folder`; without one it is trained
    on the file itself, without its labels. Records without a truth are linked and not scored.
    """
    with open_file(path, definition) as connection:
        labels = _labels(connection, truth, definition)
        if not labels:
            raise DefinitionError(f"{truth} is empty in each record: there is nothing to score")
        connection.execute(f'alter table records drop column "{truth}"')
        started = time.monotonic()
        with usable():
            if definition.model:
                model = models.load(folder / definition.model)
            else:
                model = train(connection, definition, "records", version="trained on the file")
            trained = time.monotonic()
            found, held, pairs = link(connection, definition, model)
        linked = time.monotonic()
    sizes = Counter(Counter(found.values()).values())
    return Evaluation(
        records=len(found),
        labelled_records=len(labels),
        scored_pairs=pairs,
        pairwise=pairwise(labels, found),
        b_cubed=b_cubed(labels, found),
        clusters=sum(sizes.values()),
        cluster_sizes=dict(sorted(sizes.items())),
        held_for_review=held,
        training_seconds=round(trained - started, 2),
        linking_seconds=round(linked - trained, 2),
        peak_megabytes=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        model_version=model.version,
    )


def link(
    connection: duckdb.DuckDBPyConnection, definition: Definition, model: models.Model
) -> tuple[dict[str, str], int, int]:
    """Return the cluster of every record of `records`, clusters held for review, pairs scored."""
    score(connection, definition, model, "records")
    id_ = definition.unique_id
    refused = " or ".join(f"coalesce({sql}, false)" for sql in definition.guards.values())
    if refused:
        connection.execute(
            f'delete from scored_pairs using records as l, records as r where l."{id_}" = one'
            f' and r."{id_}" = other and ({refused})'
        )
    names = [
        each for (each,) in connection.execute(f'select "{id_}" from records order by 1').fetchall()
    ]
    place = {name: number for number, name in enumerate(names)}
    rows = connection.execute(
        "select one, other, match_weight from scored_pairs order by match_weight desc, one, other"
    ).fetchall()
    pairs = len(rows)
    if definition.one_to_one:
        rows = _one_to_one(rows)
    left = np.array([place[one] for one, _, _ in rows], np.int64)
    right = np.array([place[other] for _, other, _ in rows], np.int64)
    none, flags = np.zeros(len(names), np.int64), np.zeros(len(rows), bool)
    result = cut(
        Links(
            left, right, flags.astype(np.int64), np.array([row[2] for row in rows], float), flags
        ),
        Traits(np.ones(len(names), bool), none, none, none, none),
        limits=Limits(definition.cluster_size_limit, -1, definition.ladder),
    )
    clusters = {name: str(result.labels[number]) for name, number in place.items()}
    return clusters, len(result.held), pairs


def _one_to_one(rows: list[tuple[str, str, float]]) -> list[tuple[str, str, float]]:
    """The best pairs first, each record in one pair at most; rows come best first."""
    taken: set[str] = set()
    kept = []
    for one, other, weight in rows:
        if one not in taken and other not in taken:
            taken |= {one, other}
            kept.append((one, other, weight))
    return kept


def _labels(
    connection: duckdb.DuckDBPyConnection, truth: str, definition: Definition
) -> dict[str, str]:
    if truth.lower() == definition.unique_id.lower():
        raise DefinitionError(f"{truth} names the record, so it cannot say who it is")
    try:
        rows = connection.execute(
            f'select "{definition.unique_id}", cast("{truth}" as varchar) from records'
            f' where "{truth}" is not null'
        ).fetchall()
    except duckdb.BinderException as error:
        raise DefinitionError(f"the file has no column {truth}") from error
    return dict(rows)


def _line(quality: Quality) -> str:
    return f"precision {quality.precision:.4f}  recall {quality.recall:.4f}  F1 {quality.f1:.4f}"

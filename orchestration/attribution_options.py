"""The options of `engineroom attribution run`; imports nothing that takes time."""

import argparse
from collections.abc import Callable
from pathlib import Path

from attribution.errors import CannotCredit
from attribution.files.columns import AggregatedPaths, Columns, Touches

# Options that only one kind of file has.
OF_TOUCHES = ("journey", "time", "channel", "converted")
OF_PATHS = ("path", "conversions", "nulls", "separator")


def columns(chosen: argparse.Namespace) -> Columns:
    """Return which columns are meant: `--path` makes it a file of paths, else it is of touches."""
    given = {name for name in (*OF_TOUCHES, *OF_PATHS) if getattr(chosen, name) is not None}
    of_paths, of_touches = given.intersection(OF_PATHS), given.intersection(OF_TOUCHES)
    if of_paths and of_touches:
        first, second = sorted(of_touches)[0], sorted(of_paths)[0]
        raise CannotCredit(
            f"--{first} is of a file of touches and --{second} of one of paths; give one kind"
        )
    if of_paths:
        return AggregatedPaths(
            chosen.path or "path",
            chosen.conversions or "conversions",
            chosen.value,
            chosen.nulls,
            chosen.separator or ">",
        )
    return Touches(
        chosen.journey or "journey",
        chosen.time or "time",
        chosen.channel or "channel",
        chosen.converted or "converted",
        chosen.value,
    )


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `engineroom attribution run`."""
    parser.add_argument("--journeys", type=Path, required=True, metavar="FILE", help="CSV, Parquet")
    touches = parser.add_argument_group("a file of touches, one a row: its columns")
    touches.add_argument("--journey", metavar="COLUMN", help="whose touch; default journey")
    touches.add_argument("--time", metavar="COLUMN", help="ISO instants, UTC; default time")
    touches.add_argument("--channel", metavar="COLUMN", help="default channel")
    touches.add_argument(
        "--converted",
        metavar="COLUMN",
        help="on all touches of a journey that converts, or on the touch at which it does",
    )
    paths = parser.add_argument_group("a file of paths: its columns")
    paths.add_argument("--path", metavar="COLUMN", help="channels in order; default path")
    paths.add_argument("--separator", help="between the channels of a path; default >")
    paths.add_argument("--conversions", metavar="COLUMN", help="default conversions")
    paths.add_argument("--nulls", metavar="COLUMN", help="journeys that did not convert")
    parser.add_argument("--value", metavar="COLUMN", help="of the conversion; of all of a path's")
    parser.add_argument("--models", help="only these, separated by commas")
    parser.add_argument("--half-life", type=_above(float), default=30.0, metavar="DAYS")
    parser.add_argument("--direct", default="direct", help="the channel that is no source")
    shaped = parser.add_argument_group("paths of the fitted models")
    shaped.add_argument(
        "--repeats",
        choices=("unique", "exposure", "first"),
        default="unique",
        help="each touch counts; those in a row count once; the first of each channel counts",
    )
    shaped.add_argument(
        "--longest", type=_above(int), metavar="TOUCHES", help="only the last so many touches"
    )
    shaped.add_argument(
        "--intervals", type=_above(int), default=0, metavar="DRAWS", help="95 %% of so many draws"
    )
    shaped.add_argument("--draw-seed", type=int, default=1, help="the same seed, the same draws")
    parser.add_argument("--json", action="store_true", help="everything, unrounded")
    parser.add_argument("--output", type=Path, metavar="FILE", help=".json, .csv or .parquet")


def _above(kind: type) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = kind(text)
        if not 0 < value < 1e9:
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return value

    return number

"""`engineroom identity ...`: how well a linkage finds who is who, and training one."""

import argparse
from pathlib import Path
from typing import Any

from orchestration.settings import Refused, Settings


def add(commands: Any) -> None:
    """Add the acts to the command's subparsers. Nothing heavy is imported here."""
    identity = commands.add_parser("identity", help="who is who: score, train")
    acts = identity.add_subparsers(required=True, metavar="ACT")

    evaluate = acts.add_parser("evaluate", help="link a labelled file and score what was found")
    _input(evaluate)
    evaluate.add_argument("--truth", required=True, help="the column that says who a record is")
    evaluate.add_argument("--json", action="store_true", help="as JSON in place of text")
    evaluate.set_defaults(command=_evaluate)

    train = acts.add_parser("train", help="train a model and write it as JSON")
    _input(train)
    train.add_argument("--truth", help="the column that says who a record is; without, EM")
    train.add_argument("--output", type=Path, required=True, help="the model's new file")
    train.add_argument("--version", help="what edges will call it; the file's name if not given")
    train.set_defaults(command=_train)


def _input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--input", type=Path, required=True, help="a CSV or Parquet file")
    parser.add_argument("--config", type=Path, required=True, help="comparisons and blocks as YAML")


def _evaluate(_: Settings, chosen: argparse.Namespace) -> int:
    from identity.linkage import definition
    from identity.linkage.evaluation import evaluate

    try:
        settings = definition.read(_there(chosen.config))
        found = evaluate(_there(chosen.input), chosen.truth, settings, chosen.config.parent)
    except ValueError as error:
        raise Refused(str(error)) from error
    print(found.as_json() if chosen.json else found.as_text())
    return 0


def _train(_: Settings, chosen: argparse.Namespace) -> int:
    from identity.linkage import definition
    from identity.linkage.evaluation import open_file, usable
    from identity.linkage.training import train

    version = chosen.version or chosen.output.stem
    try:
        settings = definition.read(_there(chosen.config))
        with open_file(_there(chosen.input), settings) as connection, usable():
            model = train(
                connection,
                settings,
                "records",
                version=version,
                label=chosen.truth,
                trained_on=chosen.input.name,
            )
    except ValueError as error:
        raise Refused(str(error)) from error
    model.write(chosen.output)
    print(f"{chosen.output}: model {version}, prior {model.prior:.3g}")
    for name, shares in model.shares.items():
        print(f"  {name}: " + ", ".join(f"m {m:.4f} u {u:.3g}" for m, u in shares))
    return 0


def _there(path: Path) -> Path:
    if not path.is_file():
        raise Refused(f"{path} is no file")
    return path

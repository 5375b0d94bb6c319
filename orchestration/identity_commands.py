"""`engineroom identity ...`: score a linkage, train one, explain two records."""

import argparse
from pathlib import Path
from typing import Any

from orchestration.settings import Refused, Settings


def add(commands: Any) -> None:
    """Add the acts to the command's subparsers. Nothing heavy is imported here."""
    identity = commands.add_parser("identity", help="who is who: score, train, explain")
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

    explain = acts.add_parser("explain", help="why two records are one person, or why not")
    explain.add_argument("one", help="a record: source|object|id")
    explain.add_argument("other")
    explain.set_defaults(command=_explain)


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


def _explain(settings: Settings, chosen: argparse.Namespace) -> int:
    from identity.explain import explain
    from identity.matching import IdentityError

    try:
        print("\n".join(explain(_there(settings.warehouse), chosen.one, chosen.other)))
    except IdentityError as error:
        raise Refused(str(error)) from error
    return 0


def _there(path: Path) -> Path:
    if not path.is_file():
        raise Refused(f"{path} is no file")
    return path

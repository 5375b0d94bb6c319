"""`engineroom identity ...`: who is who, what changed, what waits; score or train a linkage."""

import argparse
import getpass
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from orchestration.settings import Refused, Settings


def add(commands: Any) -> None:
    """Add the acts to the command's subparsers. Nothing heavy is imported here."""
    identity = commands.add_parser("identity", help="who is who: explain, changes, approve, undo")
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

    changes = acts.add_parser("changes", help="what a run changed about persons, and what waits")
    changes.add_argument("run", nargs="?", help="the last run that changed any if not given")
    changes.set_defaults(command=_changes)

    approve = acts.add_parser("approve", help="let the next run make the changes that wait")
    approve.add_argument("run", help="the run that held them back")
    _who(approve)
    approve.set_defaults(command=_approve)

    undo = acts.add_parser("undo", help="decide that a merge was wrong; the next run parts it")
    undo.add_argument("what", help="a person's id, an event of the ledger, or a record")
    undo.add_argument("other", nargs="?", help="the other record, where WHAT is one")
    undo.add_argument("--reason", required=True, help="why, for who reads the decision later")
    undo.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="the last day of it")
    _who(undo)
    undo.set_defaults(command=_undo)


def _who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", help="who decides; your login if not given")


def _decider(chosen: argparse.Namespace) -> str:
    try:
        return chosen.by or getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        raise Refused("say who decides: --by NAME") from None


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

    with _in_words(settings):
        print("\n".join(explain(settings.warehouse, chosen.one, chosen.other)))
    return 0


def _changes(settings: Settings, chosen: argparse.Namespace) -> int:
    from identity.changes import told

    with _in_words(settings):
        print("\n".join(told(settings.warehouse, chosen.run)))
    return 0


def _approve(settings: Settings, chosen: argparse.Namespace) -> int:
    from identity.approval import approve
    from orchestration import home
    from orchestration.house import occupied, wait_for_warehouse

    by = _decider(chosen)
    with _in_words(settings), occupied(settings, f"approve-{uuid4()}", print):
        wait_for_warehouse(settings)
        changes = approve(settings.warehouse, chosen.run, by, home.clock(settings))
    print(f"{changes} changes approved by {by}; `engineroom run` makes them")
    return 0


def _undo(settings: Settings, chosen: argparse.Namespace) -> int:
    from identity.undo import undoing
    from orchestration import decisions

    with _in_words(settings):
        found = undoing(settings.warehouse, chosen.what, chosen.other)
    names = ("source", "object", "source_record_id")
    path, written = decisions.add(
        settings,
        [
            {
                "action": "never_merge",
                "left": dict(zip(names, one, strict=True)),
                "right": dict(zip(names, other, strict=True)),
                "reason": chosen.reason,
                "decided_by": _decider(chosen),
                "expires_on": chosen.until and chosen.until.isoformat(),
            }
            for one, other in found.pairs
        ],
    )
    back = f"; {found.returns} comes back" if found.returns else ""
    print(f"{path}: {written} decisions never_merge written, `engineroom run` applies them{back}")
    return 0


@contextmanager
def _in_words(settings: Settings) -> Generator[None]:
    """Refuse in the words of identity what it cannot do; a run that writes is waited for by you."""
    import duckdb

    from identity.matching import IdentityError
    from orchestration import reading

    with reading.in_words(settings):
        try:
            yield
        except IdentityError as error:
            raise Refused(str(error)) from error
        except duckdb.CatalogException:
            told = "an earlier Engine Room resolved this home; `engineroom run` first"
            raise Refused(told) from None


def _there(path: Path) -> Path:
    if not path.is_file():
        raise Refused(f"{path} is no file")
    return path

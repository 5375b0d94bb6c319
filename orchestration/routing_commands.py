"""`engineroom routing ...`: why a lead is somebody's, and what rules would do with leads."""

import argparse
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.settings import Refused, Settings

if TYPE_CHECKING:
    from collections.abc import Generator

    from routing.rules import Rules


def add(commands: Any) -> None:
    """Add the acts to the command's subparsers. Nothing heavy is imported here."""
    routing = commands.add_parser("routing", help="who is to get a lead: explain, decide, replay")
    acts = routing.add_subparsers(required=True, metavar="ACT")
    explain = acts.add_parser("explain", help="why a lead is somebody's, and what the CRM did")
    explain.add_argument("lead", help="a lead_id of fct_lead_routing, a form's id or a contact's")
    explain.set_defaults(command=_explain)
    decide = acts.add_parser("decide", help="who is to get the leads of a CSV file, by the rules")
    decide.add_argument("file", type=Path, help="a column a field that rules ask for")
    decide.set_defaults(command=_decide)
    replay = acts.add_parser("replay", help="all leads, as if one version had always been in force")
    replay.add_argument("version", help="a version of config/routing.yml")
    replay.set_defaults(command=_replay)


def _explain(settings: Settings, chosen: argparse.Namespace) -> int:
    from routing.explain import explain

    with _asked(settings) as rules:
        return _told(explain(settings.warehouse, rules, chosen.lead))


def _decide(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import home
    from routing.trial import of_file

    with _asked(settings) as rules:
        return _told(of_file(settings.warehouse, rules, chosen.file, home.clock(settings)))


def _replay(settings: Settings, chosen: argparse.Namespace) -> int:
    from routing.trial import replayed

    with _asked(settings) as rules:
        return _told(replayed(settings.warehouse, rules, chosen.version))


@contextmanager
def _asked(settings: Settings) -> "Generator[Rules]":
    """Yield the rules that count in the home; raise Refused in words on what cannot be answered."""
    import duckdb

    from orchestration import home, reading, routing_rules
    from routing.errors import CannotRoute

    with reading.in_words(settings):
        rules = routing_rules.read(settings.config, home.kind_of(settings))
        try:
            yield rules
        except CannotRoute as error:
            raise Refused(str(error)) from None
        except duckdb.CatalogException:
            raise Refused("no lead was routed in this home yet; `engineroom run` first") from None


def _told(lines: Sequence[str]) -> int:
    print("\n".join(lines))
    return 0

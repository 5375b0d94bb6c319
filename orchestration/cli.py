"""The command `engineroom`. Imports happen inside the commands: `--help` answers at once."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from orchestration import attribution_options, identity_commands, routing_commands
from orchestration.settings import Refused, Settings, export, from_environment


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when all is well, 1 when something is red, 2 on wrong usage."""
    chosen = _parser().parse_args(arguments)
    try:
        return _done(from_environment(), chosen)
    except Refused as error:
        print(f"engineroom: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("engineroom: stopped; the last published marts stay served", file=sys.stderr)
        return 1


def _done(settings: Settings, chosen: argparse.Namespace) -> int:
    """Run the command; a full disk strikes anywhere, in any tool's words."""
    from orchestration import disk

    try:
        return chosen.command(settings, chosen)
    except Exception as error:
        if not disk.is_full(settings, str(error)):
            raise
        told = str(error).partition("\n")[0][:300]
        print(f"engineroom: {disk.explained(settings, told)}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="engineroom", description="Marketing data, one house.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="one whole run, from sources to published marts")
    run.add_argument("--sources", default="", help="only these, separated by commas")
    run.add_argument("--from", dest="first", metavar="DAY", help="backfill: first day")
    run.add_argument("--to", dest="last", metavar="DAY", help="backfill: last day")
    run.add_argument("--full", action="store_true", help="sweep ids and long lookbacks too")
    run.set_defaults(command=_run)

    status = commands.add_parser("status", help="last run, freshness, quarantine, incidents")
    status.set_defaults(command=_status)
    doctor = commands.add_parser("doctor", help="what is wrong here, each with its remedy")
    doctor.set_defaults(command=_doctor)

    audit = commands.add_parser("audit", help="current state: tools, silos, manual steps, fixes")
    audit.add_argument("--json", action="store_true", help="as JSON and not as Markdown")
    audit.set_defaults(command=_audit)

    ui = commands.add_parser("ui", help="the Dagster UI on loopback")
    ui.add_argument("--port", type=int, default=3000)
    ui.add_argument("--read-only", action="store_true", help="look, do not touch")
    ui.set_defaults(command=_ui)

    dev = commands.add_parser("dev", help="a personal copy of the warehouse, for trying models")
    dev.set_defaults(command=_dev)

    backup = commands.add_parser("backup", help="the state of the home, whole and checked")
    backup.add_argument("path", nargs="?", type=Path, help="a new folder; beside the home if none")
    backup.set_defaults(command=_backup)
    restore = commands.add_parser("restore", help="put a backup into the home")
    restore.add_argument("path", type=Path)
    restore.add_argument("--replace", action="store_true", help="in the place of what is there")
    restore.set_defaults(command=_restore)

    sandbox = commands.add_parser("sandbox", help="the made-up company")
    acts = sandbox.add_subparsers(required=True, metavar="ACT")
    acts.add_parser("start", help="start it and leave it up").set_defaults(command=_sandbox_start)
    acts.add_parser("stop", help="stop it").set_defaults(command=_sandbox_stop)
    clock = acts.add_parser("clock", help="move its clock: +1d, +12h or an ISO instant")
    clock.add_argument("to")
    clock.set_defaults(command=_sandbox_clock)
    fault = acts.add_parser("fault", help="plant a fault by name; `clear` removes all")
    fault.add_argument("name")
    fault.add_argument("--vendor")
    fault.add_argument("--path")
    fault.add_argument("--times", type=int)
    fault.add_argument("--after", type=int)
    fault.set_defaults(command=_sandbox_fault)

    sources = commands.add_parser("sources", help="the systems that can be read")
    acts = sources.add_subparsers(required=True, metavar="ACT")
    acts.add_parser("list", help="all of them").set_defaults(command=_sources_list)
    check = acts.add_parser("check", help="whether one is configured, and what it answers")
    check.add_argument("name")
    check.set_defaults(command=_sources_check)
    template = acts.add_parser("template", help="its block for config/sources.yml, explained")
    template.add_argument("name")
    template.set_defaults(command=_sources_template)

    identity_commands.add(commands)
    routing_commands.add(commands)
    attribution = commands.add_parser("attribution", help="which channels earned the conversions")
    acts = attribution.add_subparsers(required=True, metavar="ACT")
    journeys = acts.add_parser("run", help="credit the journeys of any CSV or Parquet file")
    attribution_options.options(journeys)
    journeys.set_defaults(command=_attribution_run)
    explain = acts.add_parser("explain", help="the journey of a conversion, each model's credit")
    explain.add_argument("conversion", help="a conversion_id of fct_conversions")
    explain.set_defaults(command=_attribution_explain)
    refit = acts.add_parser("refit", help="learn anew where the journeys of a fit have changed")
    refit.set_defaults(command=_attribution_refit)

    quarantine = commands.add_parser("quarantine", help="rows that could not be loaded")
    acts = quarantine.add_subparsers(required=True, metavar="ACT")
    acts.add_parser("list", help="counts by reason").set_defaults(command=_quarantine_list)
    show = acts.add_parser("show", help="one row with its body")
    show.add_argument("quarantine_id")
    show.set_defaults(command=_quarantine_show)
    replay = acts.add_parser("replay", help="try rows again: one, those of a source, or all")
    replay.add_argument("quarantine_id", nargs="?")
    replay.add_argument("--source", help="only the rows of this source")
    replay.set_defaults(command=_quarantine_replay)
    return parser


def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import run, summary

    window = None
    if chosen.first or chosen.last:
        if not (chosen.first and chosen.last):
            raise Refused("a backfill needs both --from and --to, as ISO days")
        window = (chosen.first, chosen.last)
    names = [name.strip() for name in chosen.sources.split(",") if name.strip()]
    outcome = run.run(
        settings,
        lambda text: print(text, flush=True),
        sources=names,
        window=window,
        full=chosen.full,
    )
    print(summary.text(settings, outcome))
    return outcome.exit_code


def _status(settings: Settings, _: argparse.Namespace) -> int:
    from orchestration import status

    return _show(*status.report(settings))


def _doctor(settings: Settings, _: argparse.Namespace) -> int:
    from orchestration import doctor

    return _show(*doctor.report(settings))


def _show(lines: Sequence[str], is_well: bool) -> int:
    print("\n".join(lines))
    return 0 if is_well else 1


def _audit(settings: Settings, chosen: argparse.Namespace) -> int:
    import json

    from orchestration import audit

    of, sections = audit.report(settings)
    if chosen.json:
        told = {**of, **{section.name: section.rows for section in sections}}
        print(json.dumps(told, default=str, indent=2))
    else:
        print("\n".join(audit.written(of, sections)))
    return 0


def _ui(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import ui

    return ui.serve(settings, chosen.port, read_only=chosen.read_only)


def _dev(settings: Settings, _: argparse.Namespace) -> int:
    from orchestration import dev

    print(dev.copy(settings))
    return 0


def _backup(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import backup

    print("\n".join(backup.backup(settings, chosen.path)))
    return 0


def _restore(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import backup

    print("\n".join(backup.restore(settings, chosen.path, replace=chosen.replace)))
    return 0


def _sandbox_start(settings: Settings, _: argparse.Namespace) -> int:
    from orchestration import sandbox_commands

    print(sandbox_commands.start(settings))
    return 0


def _sandbox_stop(settings: Settings, _: argparse.Namespace) -> int:
    from orchestration import sandbox_commands

    print(sandbox_commands.stop(settings))
    return 0


def _sandbox_clock(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import sandbox_commands

    print(sandbox_commands.clock(settings, chosen.to))
    return 0


def _sandbox_fault(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import sandbox_commands

    wanted = {
        name: getattr(chosen, name)
        for name in ("name", "vendor", "path", "times", "after")
        if getattr(chosen, name) is not None
    }
    print(sandbox_commands.fault(settings, wanted))
    return 0


def _sources_list(settings: Settings, _: argparse.Namespace) -> int:
    from orchestration import source_commands

    print("\n".join(source_commands.listed(settings)))
    return 0


def _sources_check(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import source_commands

    return _show(*source_commands.check(settings, chosen.name))


def _sources_template(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import source_commands

    print("\n".join(source_commands.template(chosen.name)))
    return 0


def _attribution_run(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import attribution_commands

    print(attribution_commands.credited(settings, chosen))
    return 0


def _attribution_explain(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import attribution_commands

    print(attribution_commands.explained(settings, chosen.conversion))
    return 0


def _attribution_refit(settings: Settings, _: argparse.Namespace) -> int:
    export(settings)  # before numpy is imported, which looks at it then alone
    from orchestration import attribution_commands

    print(attribution_commands.refitted(settings))
    return 0


def _quarantine_list(settings: Settings, _: argparse.Namespace) -> int:
    from orchestration import quarantine

    print("\n".join(quarantine.listed(settings)))
    return 0


def _quarantine_show(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import quarantine

    print(quarantine.shown(settings, chosen.quarantine_id))
    return 0


def _quarantine_replay(settings: Settings, chosen: argparse.Namespace) -> int:
    from orchestration import quarantine

    return _show(*quarantine.replayed(settings, chosen.quarantine_id, chosen.source))

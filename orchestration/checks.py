"""The hygiene suites as asset checks: one step per gate, because its blocking rules stop together.

The suites' expectations need Great Expectations, whose import takes four to eight seconds. The
asset graph needs only names and severities, so these are kept beside Dagster's files and renewed
when a file of the quality room or the list of systems changes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import dagster as dg

from orchestration import transform
from orchestration.home import read_json, write_json
from orchestration.house import POOL, House
from orchestration.settings import PROJECT, Settings
from quality.rules import Gate, Systems

QUALITY = PROJECT / "quality"


@dataclass(frozen=True)
class Rule:
    """What the asset graph knows of a hygiene rule."""

    gate: Gate
    table: tuple[str, str]
    rule_id: str
    is_blocking: bool

    @property
    def key(self) -> dg.AssetKey:
        """The asset that the rule judges."""
        return dg.AssetKey(list(self.table))


def catalogue(settings: Settings) -> list[Rule]:
    """Return every rule of every suite, in the suites' order."""
    path = settings.dagster_home / "hygiene.json"
    systems = transform.systems(settings)
    wanted = _fingerprint(QUALITY, systems)
    kept: dict[str, Any] = read_json(path)
    if kept.get("fingerprint") != wanted:
        kept = {"fingerprint": wanted, "rules": [[*rule] for rule in _from_suites(systems)]}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, kept)
    found: list[Any] = kept["rules"]
    return [
        Rule(cast("Gate", gate), (table[0], table[1]), rule_id, is_blocking)
        for gate, table, rule_id, is_blocking in found
    ]


def checks(rules: Iterable[Rule], known: set[dg.AssetKey]) -> list[dg.AssetChecksDefinition]:
    """Return one check step per gate that has rules on assets that exist."""
    usable = [rule for rule in rules if rule.key in known]
    gates = get_args(Gate)
    return [
        _gate_checks(gate, [rule for rule in usable if rule.gate == gate])
        for gate in gates
        if any(rule.gate == gate for rule in usable)
    ]


def guarded(rules: Iterable[Rule], known: set[dg.AssetKey]) -> set[dg.AssetKey]:
    """Return the assets that a blocking rule guards: publish depends on each of them."""
    return {rule.key for rule in rules if rule.is_blocking and rule.key in known}


def _gate_checks(gate: Gate, rules: list[Rule]) -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(
        name=f"check_{gate}",
        specs=[
            dg.AssetCheckSpec(
                rule.rule_id,
                asset=rule.key,
                blocking=rule.is_blocking,
                description=f"{rule.rule_id.replace('_', ' ').capitalize()}.",
            )
            for rule in rules
        ],
        required_resource_keys={"house"},
        pool=POOL,
        can_subset=True,  # the job of one source judges the tables of that source
    )
    def judge(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        yield from _judge(gate, context)

    return judge


def _judge(gate: Gate, context: Any) -> Iterator[dg.AssetCheckResult]:
    from quality.run import run_suites

    house: House = context.resources.house
    settings = house.settings
    for found in run_suites(
        settings.warehouse,
        settings.marts,
        gate=gate,
        systems=transform.systems(settings),
        run_id=house.run_id,
        as_of=house.as_of,
    ):
        check = dg.AssetCheckKey(dg.AssetKey(list(found.table)), found.rule_id)
        if check not in context.selected_asset_check_keys:
            continue
        is_blocking = found.severity == "blocking"
        yield dg.AssetCheckResult(
            asset_key=check.asset_key,
            check_name=check.name,
            passed=found.passed,
            severity=dg.AssetCheckSeverity.ERROR if is_blocking else dg.AssetCheckSeverity.WARN,
            metadata={"checked": found.checked, "failed": found.failed, "message": found.message},
        )


def _from_suites(systems: Systems) -> Iterator[tuple[Gate, tuple[str, str], str, bool]]:
    from quality.suites import suites_of

    for gate in get_args(Gate):
        for suite in suites_of(gate, systems):
            for rule in suite.rules:
                yield gate, suite.table, rule.rule_id, rule.severity == "blocking"


def _fingerprint(folder: Path, systems: Systems) -> str:
    digest = hashlib.sha256(json.dumps(systems, sort_keys=True).encode())
    for path in sorted(folder.rglob("*.py")):
        digest.update(json.dumps(str(path.relative_to(folder))).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()

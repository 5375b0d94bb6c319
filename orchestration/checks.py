"""The hygiene suites as asset checks, one step per gate.

A broken rule stops no step: the publishing step holds back the groups of marts that read what is
broken, and publishes the others (`orchestration.groups`). So the rules' checks do not block. What
must wait for a gate, waits for the check `is_judged` of the tables that a rule can hold back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

import dagster as dg

from orchestration import judging
from orchestration.house import POOL, House
from orchestration.transform import RECORDS
from quality.rules import Gate, Suite

IS_JUDGED = "is_judged"


@dataclass(frozen=True)
class Rule:
    """What the asset graph knows of a hygiene rule."""

    gate: Gate
    table: tuple[str, str]
    rule_id: str
    can_block: bool

    @property
    def key(self) -> dg.AssetKey:
        """The asset that the rule judges."""
        return dg.AssetKey(list(self.table))


def catalogue(suites: Iterable[Suite]) -> list[Rule]:
    """Return every rule of every suite, in the suites' order."""
    return [
        Rule(suite.gate, suite.table, rule.rule_id, rule.can_block)
        for suite in suites
        for rule in suite.rules
    ]


def checks(
    rules: Iterable[Rule], known: set[dg.AssetKey], values: Iterable[dg.AssetKey]
) -> list[dg.AssetChecksDefinition]:
    """Return one check step per gate that has rules on assets that exist.

    What is staged is judged by `values`, the tables of schema hygiene.
    """
    usable = [rule for rule in rules if rule.key in known]
    by = {"staging": list(values)}
    gates = get_args(Gate)
    return [
        _gate_checks(gate, [rule for rule in usable if rule.gate == gate], by.get(gate, []))
        for gate in gates
        if any(rule.gate == gate for rule in usable)
    ]


def guarded(rules: Iterable[Rule], known: set[dg.AssetKey]) -> set[dg.AssetKey]:
    """Return the assets of which a rule can hold marts back: publish depends on each of them."""
    return {rule.key for rule in rules if rule.can_block and rule.key in known}


def is_waited_for(rule: Rule) -> bool:
    """Whether what reads the rule's table waits for its gate.

    Identity reads the records before their gate is judged, together with the touchpoints that need
    identity: waiting would be a circle, which Dagster breaks by running models before their loads.
    """
    return rule.table[1] != RECORDS


def _gate_checks(
    gate: Gate, rules: list[Rule], values: list[dg.AssetKey]
) -> dg.AssetChecksDefinition:
    specs = [
        dg.AssetCheckSpec(
            rule.rule_id,
            asset=rule.key,
            additional_deps=values,
            description=f"{rule.rule_id.replace('_', ' ').capitalize()}.",
        )
        for rule in rules
    ]
    specs += [
        dg.AssetCheckSpec(
            IS_JUDGED,
            asset=key,
            additional_deps=values,
            blocking=True,
            description="The rules on this table were judged; what reads it waits for that.",
        )
        for key in sorted({rule.key for rule in rules if rule.can_block and is_waited_for(rule)})
    ]

    @dg.multi_asset_check(
        name=f"check_{gate}",
        specs=specs,
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
        suites=house.suites,
        run_id=house.run_id,
        as_of=house.as_of,
        overridden=judging.overrides(settings, house.as_of),
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
    for key in context.selected_asset_check_keys:
        if key.name == IS_JUDGED:
            yield dg.AssetCheckResult(asset_key=key.asset_key, check_name=key.name, passed=True)

"""dbt in one step per gate, and the tables around it that dbt reads but does not build.

A blocking check in the middle of one big dbt step would run after what it should stop.
"""

import json
import os
import subprocess
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import yaml
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliResource,
    dbt_assets,
)

from ingestion.sources import SOURCES
from orchestration import builds, chosen, dbt_process, model_tests
from orchestration.house import OWNERS, POOL, House
from orchestration.settings import Refused, Settings, child_environment

RECORDS = "int_identity__records"
# What the hygiene room normalises, between staging and records.
VALUES = "stg_hygiene__values"


@dataclass(frozen=True)
class Gate:
    """One dbt step: what it selects, in dbt's own selection words."""

    name: str
    select: str
    exclude: str = ""


# Each check costs two rows of Dagster's event log, 0.05 to 0.1 s: 800 dbt tests would take longer
# than the models. The publishing step tells of broken ones; the hygiene rules are the checks.
TESTS = DagsterDbtTranslatorSettings(enable_asset_checks=False)
# Written between the gates: all that reads them is built in the last one, whatever folder it is in.
# Scores come of this run's checks, fits of this run's journeys, decisions of this run's leads.
LATE_SOURCES = ("quality", "attribution", "routing")
LATE = " ".join(f"source:{name}+" for name in LATE_SOURCES)
# What fits are made of. The touches are judged, and so the fits wait until they are.
JOURNEYS = (
    "int_touchpoints__touchpoints",
    "int_conversions__conversions",
    "int_attribution__journeys",
    "int_attribution__open_journeys",
)
# What the rules of routing decide on.
LEADS = ("int_routing__leads", "int_routing__open_hours")
# By name, not by path: dagster-dbt resolves paths against its own working directory.
STAGING = "fqn:engineroom.staging"
GATES = (
    Gate("staging", f"{STAGING} resource_type:seed", LATE),
    Gate("records", f"+{RECORDS}", f"{STAGING} resource_type:seed"),
    Gate(
        "conformed",
        "fqn:engineroom.intermediate fqn:engineroom.private",
        f"+{RECORDS} {LATE}",
    ),
    Gate("marts", f"fqn:engineroom.marts fqn:engineroom.custom {LATE}"),
)


class Translator(DagsterDbtTranslator):
    """Groups by layer and theme; keys stay [schema, model], sources [source, table]."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the layer and the theme or source: the folders of the file."""
        folders = dbt_resource_props["fqn"][1:-1]
        return "_".join(folders[:2]) or "reference"

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the model's own sentence; the default appends its whole SQL."""
        return str(dbt_resource_props.get("description") or "")

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Return the platform's owners."""
        return OWNERS


class Dbt(DbtCliResource):
    """dbt as a child process. The adapter is not opened in ours: it would hold the warehouse."""

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


def resource(settings: Settings) -> Dbt:
    """Return the resource `dbt` of these settings; it is ready as long as a run has gates."""

    class Ready(Dbt):
        @contextmanager
        def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[Dbt]:
            with kept_ready(settings):
                yield self

    return Ready(
        project_dir=str(settings.transform),
        profiles_dir=str(settings.transform),
        dbt_executable=str(dbt_process.executable(settings.dagster_home / "bin")),
        # The file log at its default level, debug, and the manifest that dbt writes again took a
        # quarter of dbt's time.
        global_config_flags=["--no-use-colors", "--no-write-json", "--log-level-file", "info"],
    )


@contextmanager
def kept_ready(settings: Settings) -> Generator[Path]:
    """Yield the program to start in place of dbt: the project that it builds is parsed already."""
    # The manifest is there already, and whoever reads it may do so now.
    with dbt_process.ready(["--no-write-json", *_parse(settings)], _parsing(settings)):
        yield dbt_process.executable(settings.dagster_home / "bin")


def manifest(settings: Settings) -> dict[str, Any]:
    """Return dbt's manifest, parsed anew where the project is not the one that was parsed.

    Times of files tell nothing of a model that was deleted, or of a home that was restored. Raises
    Refused with dbt's own words where the project does not parse.
    """
    path, parsed = settings.manifest, settings.manifest.with_suffix(".digest")
    digest = f"{builds.project_digest(settings.transform)} {variables(settings)}"
    if not (path.exists() and parsed.exists() and parsed.read_text("utf-8") == digest):
        parse(settings)
        parsed.write_text(digest, "utf-8")
    return json.loads(path.read_text("utf-8"))


def parse(settings: Settings) -> None:
    """Write the manifest and the partial parse that later dbt steps reuse."""
    command = [str(dbt_process.executable(settings.dagster_home / "bin")), *_parse(settings)]
    environment = _parsing(settings)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise Refused(f"the dbt project does not parse: {(done.stdout + done.stderr)[-1500:]}")


def _parsing(settings: Settings) -> dict[str, str]:
    """Return the environment to parse in: as a run builds, or dbt parses anew when it does.

    The home is none: dbt keeps what it parsed only as long as the profile reads the same
    environment, and a home that was moved, restored or copied is not another project.
    """
    return {**child_environment(settings), **builds.IN_A_RUN, "ENGINEROOM_HOME": "."}


def _parse(settings: Settings) -> list[str]:
    project, target = str(settings.transform), str(settings.target)
    arguments = ["--quiet", "--no-use-colors", "--log-path", target, "parse"]
    arguments += ["--project-dir", project, "--profiles-dir", project, "--target-path", target]
    return [*arguments, *variables(settings)]


def systems(settings: Settings) -> dict[str, list[str]]:
    """Return the systems of each kind that the models of this home know."""
    return chosen.systems(settings, declared(settings))


def declared(settings: Settings) -> dict[str, list[str]]:
    """Return the systems of each kind: the lists among the variables of the dbt project."""
    document = yaml.safe_load((settings.transform / "dbt_project.yml").read_text("utf-8"))
    given = document.get("vars", {}) if isinstance(document, dict) else {}
    return {kind: names for kind, names in given.items() if isinstance(names, list)}


def variables(settings: Settings) -> list[str]:
    """Return dbt's arguments that narrow the systems to the home's, none where all are known."""
    told = systems(settings)
    return [] if told == declared(settings) else ["--vars", json.dumps(told)]


def building() -> list[str]:
    """Return dbt's arguments that build a gate, whatever it selects."""
    # A test over two gates runs in the later one, where all its tables exist.
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    arguments += ["--indirect-selection", "buildable"]
    for kind in builds.MERGED:
        arguments += ["--exclude", f"test_name:{kind}"]
    return arguments


def left_out(settings: Settings, parsed: Mapping[str, Any]) -> list[str]:
    """Return the sources whose staging models are not built: no model of this home reads them."""
    known = {name for names in systems(settings).values() for name in names}
    known |= set(chosen.modelled(settings))
    return [name for name in SOURCES if name not in known and source_tables(parsed, name)]


def assets(settings: Settings, parsed: Mapping[str, Any]) -> list[dg.AssetsDefinition]:
    """Return one multi-asset per gate that has models."""
    os.environ["DBT_TARGET_PATH"] = str(settings.target)
    unread = [f"{STAGING}.{name}" for name in left_out(settings, parsed)]
    return [
        _gate_assets(replace(gate, exclude=" ".join([gate.exclude, *unread]).strip()), parsed)
        for gate in GATES
        if members(gate, parsed)
    ]


def members(gate: Gate, parsed: Mapping[str, Any]) -> set[str]:
    """Return the unique ids of the models and seeds of a gate."""
    nodes = parsed["nodes"]
    built = {key for key, node in nodes.items() if node["resource_type"] in ("model", "seed")}
    seeds = {key for key in built if nodes[key]["resource_type"] == "seed"}
    layer = {
        name: {key for key in built - seeds if nodes[key]["fqn"][1] == name}
        for name in ("staging", "intermediate", "private", "marts", "custom")
    }
    written = [
        key for key, node in parsed["sources"].items() if node["source_name"] in LATE_SOURCES
    ]
    late = reach(parsed["child_map"], written) & built
    records = [key for key in built if nodes[key]["name"] == RECORDS]
    before = reach(parsed["parent_map"], records) & layer["intermediate"]
    return {
        "staging": (layer["staging"] | seeds) - late,
        "records": before,
        "conformed": (layer["intermediate"] | layer["private"]) - before - late,
        "marts": layer["marts"] | layer["custom"] | late,
    }[gate.name]


def source_tables(parsed: Mapping[str, Any], source: str) -> list[str]:
    """Return the tables that the models read from a dbt source of this name."""
    return sorted(
        node["name"] for node in parsed["sources"].values() if node["source_name"] == source
    )


def reach(edges: Mapping[str, list[str]], start: Iterable[str]) -> set[str]:
    """Return the nodes that can be reached, the start included."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += edges.get(key, [])
    return found


def _gate_assets(gate: Gate, parsed: Mapping[str, Any]) -> dg.AssetsDefinition:
    @dbt_assets(
        manifest=parsed,
        name=f"dbt_{gate.name}",
        select=gate.select,
        exclude=gate.exclude or None,
        dagster_dbt_translator=Translator(TESTS),
        pool=POOL,
        required_resource_keys={"house", "dbt"},
    )
    def build(context: dg.AssetExecutionContext) -> Iterator[Any]:
        house: House = context.resources.house
        os.environ.update(builds.told(house))
        arguments = [*building(), *variables(house.settings)]
        fingerprint = builds.fingerprint(house)
        if builds.is_rebuilt(house, gate.name, fingerprint):
            arguments += ["--full-refresh"]
        invocation = context.resources.dbt.cli(arguments, context=context)
        yield from _with_row_counts(invocation.stream, house, context)
        if not context.is_subset:
            # One model built with new rules says nothing of the rest of its gate.
            builds.ended_well(house, gate.name, fingerprint)
            model_tests.keep(house, gate.name)
        elif broken := model_tests.broken(house.settings):
            raise dg.Failure(f"tests failed: {', '.join(name for name, _ in broken)}")

    return build


def _with_row_counts(
    stream: Callable[[], Iterator[Any]], house: House, context: dg.AssetExecutionContext
) -> Iterator[Any]:
    """Yield dbt's events, tables with their row counts; what was built counts also on failure.

    The counts need the warehouse, which is dbt's until it ends, so the events wait for that.
    """
    events, failure = [], None
    try:
        for event in stream():
            events.append(event)
    except Exception as error:  # the first error of dbt, raised again below
        failure = error
    # After a failure a dying dbt may still hold the warehouse, and its own error matters more.
    counts = {} if failure else _row_counts(house)
    for event in events:
        if isinstance(event, dg.AssetObservation):
            continue  # a dbt test; dbt's own message names the failed ones
        if isinstance(event, dg.Output):
            key = context.asset_key_for_output(event.output_name)
            rows = counts.get(tuple(key.path))
            if rows is not None:
                event = event.with_metadata({**event.metadata, "dagster/row_count": rows})
        yield event
    if failure is not None:
        raise dg.Failure(_told_by_dbt(str(failure)), allow_retries=False) from failure


def _told_by_dbt(text: str) -> str:
    """Return the failed models and tests out of dagster-dbt's message, a line each."""
    _, _, errors = text.partition("Errors parsed from dbt logs:")
    log = text.partition("debug log: ")[2].partition(".log")[0]
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    return "\n".join([*lines[:20], f"dbt's own log: {log}.log"]) if lines else text[:1500]


def _row_counts(house: House) -> dict[tuple[str, ...], int]:
    """Rows per (schema, table) from the catalogs of both files; views are not counted."""
    found: dict[tuple[str, ...], int] = {}
    for path in (house.settings.warehouse, house.settings.marts):
        if not Path(path).exists():
            continue
        with duckdb.connect(str(path)) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
                " and schema_name not like 'raw_%'"
            ).fetchall()
            for schema, table in tables:
                row = connection.execute(f'select count(*) from "{schema}"."{table}"').fetchone()
                found[(schema, table)] = int(row[0]) if row else 0
    return found

"""What a build of the models is told, and whether it must rebuild every table.

Incremental models follow the data. Another model or another rule of the user moves rows whose data
has not moved, so a gate that last ended well with others is built with dbt's full refresh.
"""

import hashlib
from importlib.metadata import version
from pathlib import Path

import duckdb

from orchestration import chosen, dbt_process
from orchestration.house import House
from orchestration.settings import PROJECT

# What a manifest is made of; compiled and vendored folders are not.
PARSED = ("models", "macros", "materializations", "seeds", "tests")
TOOLS = ("dbt-core", "dbt-duckdb", "duckdb", "numpy")
# What models call besides SQL: orchestration/dbt_functions.py registers it.
FUNCTIONS = tuple(PROJECT / "attribution" / name for name in ("credit.py", "credit_function.py"))
_GATES_ENDED = """
create schema if not exists changes;
create table if not exists changes.gates (gate varchar primary key, fingerprint varchar)
"""


# The kinds of tests that macros/merged_tests.sql runs together at the end of each gate. The project
# is told where it is parsed, too.
MERGED = ("not_null", "unique", "unique_together", "at_most_one_open_version")
IN_A_RUN = {dbt_process.MERGED: " ".join(MERGED)}


def told(house: House) -> dict[str, str]:
    """Return what every model of a run may read; no model asks for the time."""
    return {
        "ENGINEROOM_RUN_AS_OF": house.as_of.isoformat(sep=" "),
        "ENGINEROOM_RUN_RUN_ID": house.run_id,
        "ENGINEROOM_RUN_SEED": str(house.settings.seed),
        **IN_A_RUN,
    }


def project_digest(project: Path) -> str:
    """Return a digest of the models and of the tools that build them."""
    digest = hashlib.sha256()
    for path in project_files(project):
        digest.update(f"{path.relative_to(project)}\0".encode())
        digest.update(path.read_bytes())
    for package in TOOLS:
        digest.update(f"{package}\0{version(package)}".encode())
    return digest.hexdigest()


def fingerprint(house: House) -> str:
    """Return a digest of the models, of the functions that they call, of their tools, the systems,
    and the rules as they were loaded.

    A rule file that was saved after the run had loaded the rules waits for the next run: a gate is
    never noted as built with rules that it has not seen.
    """
    with duckdb.connect(str(house.settings.warehouse)) as connection:
        rules = connection.execute("select digest from config.loaded").fetchone()
    known = chosen.modelled(house.settings)
    return f"{project_digest(house.settings.transform)} {_functions_digest()} {known} {rules}"


def _functions_digest() -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in FUNCTIONS)).hexdigest()


def is_rebuilt(house: House, gate: str, wanted: str) -> bool:
    """Whether a gate last ended well with another fingerprint: then all its tables are rebuilt.

    What it was built with is forgotten first: a rebuild that is killed is a rebuild next time too.
    """
    with duckdb.connect(str(house.settings.warehouse)) as connection:
        connection.execute(_GATES_ENDED)
        connection.execute(
            "delete from changes.gates where gate = ? and fingerprint <> ?", [gate, wanted]
        )
        found = connection.execute("select 1 from changes.gates where gate = ?", [gate]).fetchone()
    return found is None


def ended_well(house: House, gate: str, built_with: str) -> None:
    """Remember the fingerprint that all models of the gate were built with."""
    with duckdb.connect(str(house.settings.warehouse)) as connection:
        connection.execute("insert or replace into changes.gates values (?, ?)", [gate, built_with])


def project_files(project: Path) -> list[Path]:
    """Return the files that a manifest is made of."""
    found = [project / "dbt_project.yml", project / "profiles.yml"]
    for folder in PARSED:
        found += [path for path in (project / folder).rglob("*") if path.is_file()]
    return sorted(found)

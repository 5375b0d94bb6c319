"""The macros of incremental models in a project of two: `visits` follows loads, `totals` visits."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration import builds

pytestmark = pytest.mark.slow

TRANSFORM = Path(__file__).resolve().parents[2] / "transform"
FILES = {
    "dbt_project.yml": """
name: engineroom
version: "1.0"
config-version: 2
profile: engineroom
vars: {as_of: "2026-01-01 00:00:00", run_id: manual, seed: "", merge_tests: "KINDS"}
on-run-start: "{{ create_changes() }}"
on-run-end: "{{ keep_broken_tests(results) }}"
data_tests:
  engineroom: {+severity: "{{ env_var('SEVERITY', 'warn') }}"}
models:
  engineroom:
    +on_schema_change: fail
    +materialized: incremental
    +incremental_strategy: changed_rows
    +post-hook: "{{ record_build() }}"
""".replace("KINDS", " ".join(builds.MERGED)),
    "profiles.yml": """
engineroom:
  target: home
  outputs: {home: {type: duckdb, path: "{{ env_var('ENGINEROOM_HOME') }}/warehouse.duckdb"}}
""",
    "models/stg_touched.sql": """
{{ config(materialized='view', schema='staging') }}
select visitor, load_id from raw.events
""",
    "models/visits.sql": """
{{ config(unique_key=['id'], meta={
    'scope': ['visitor'], 'touched': ['stg_touched'], 'feeds': {'visitor': ['visitor']}
}) }}
{%- set since = last_build() -%}
{%- set units -%}
    select visitor as unit from {{ ref('stg_touched') }} where {{ is_new_load('load_id') }}
{%- endset -%}
{%- do recompute(since, units) %}
select id, visitor, amount from raw.events
where is_open and {{ in_scope(since, ['visitor']) }}
""",
    "models/totals.sql": """
{{ config(unique_key=['visitor'], meta={'scope': ['visitor'], 'reads': ['visits']}) }}
{%- set since = last_build() -%}
{%- set units -%}
    select unit from {{ announced(since, 'visits', 'visitor') }} as moved
{%- endset -%}
{%- do recompute(since, units) %}
select visitor, sum(amount) as amount from {{ ref('visits') }}
where {{ in_scope(since, ['visitor']) }}
group by visitor
""",
    "models/listed.sql": """
{{ config(unique_key=['visitor']) }}
select visitor, list(amount order by id) as amounts from {{ source('vendor', 'events') }}
where {{ in_part('visitor', 'select visitor as unit from raw.events') }}
group by visitor
""",
    "models/totals.yml": """
models:
  - name: totals
    columns: [{name: amount, data_tests: [not_null]}, {name: visitor, data_tests: [unique]}]
    data_tests:
      - is_true: {arguments: {expression: amount is null or amount < 100}}
sources:
  - name: vendor
    schema: raw
    tables:
      - name: events
        data_tests: [{unique_together: {arguments: {columns: [id]}}}]
      - name: people
        data_tests: [{at_most_one_open_version: {arguments: {columns: [id]}}}]
""",
    "models/latest.sql": """
{{ config(materialized='view', schema='staging') }}
select max(id) as id from {{ source('vendor', 'events') }}
""",
    "tests/assert_nobody_is_called_eve.sql": """
select visits.visitor from {{ ref('visits') }} as visits
left join {{ ref('totals') }} as totals on visits.visitor = totals.visitor
where visits.visitor = 'eve'
""",
}


class Project:
    """A warehouse of raw events and the two models on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        shutil.copytree(TRANSFORM / "macros", folder / "macros")
        # A part is a million rows; so few are never parted.
        parts = folder / "macros" / "parts.sql"
        text = parts.read_text("utf-8")
        parts.write_text(text.replace("return(1000000)", "return(2)"), "utf-8")
        assert parts.read_text("utf-8") != text
        shutil.copytree(TRANSFORM / "tests" / "generic", folder / "tests" / "generic")
        self.sql("create schema raw")
        self.sql(
            "create table raw.people as select 1 as id, timestamp '2026-01-01' as _dlt_valid_to"
        )
        self.sql(
            "create table raw.events (id integer, visitor varchar, amount integer, load_id varchar,"
            " is_open boolean default true)"
        )

    def sql(self, query: str) -> list[tuple]:
        with duckdb.connect(str(self.folder / "warehouse.duckdb")) as connection:
            return connection.execute(query).fetchall()

    def land(self, load_id: str, *rows: tuple[int, str, int | None]) -> None:
        for number, visitor, amount in rows:
            value = "null" if amount is None else amount
            self.sql(
                "insert into raw.events (id, visitor, amount, load_id)"
                f" values ({number}, '{visitor}', {value}, '{load_id}')"
            )

    def build(self, *chosen: str) -> subprocess.CompletedProcess[str]:
        dbt = str(Path(sys.executable).with_name("dbt"))
        command = [dbt, "--quiet", "build"]
        for kind in builds.MERGED:
            command += ["--exclude", f"test_name:{kind}"]
        command += chosen
        command += ["--project-dir", str(self.folder), "--profiles-dir", str(self.folder)]
        environment = os.environ | {
            "ENGINEROOM_HOME": str(self.folder),
            "DBT_TARGET_PATH": str(self.folder / "target"),
        }
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, cwd=self.folder
        )

    def totals(self) -> dict[str, int]:
        return dict(self.sql("select visitor, amount from totals"))  # ty: ignore[invalid-return-type]

    def last(self, model: str) -> tuple[int, int, int]:
        """Rows that the model's last build computed, deleted and inserted."""
        return self.sql(
            "select computed_rows, deleted_rows, inserted_rows from changes.builds"
            f" where model = '{model}' order by build_no desc limit 1"
        )[0]  # ty: ignore[invalid-return-type]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.land("l1", (1, "ann", 10), (2, "bob", 20), (3, "cyd", 30))
    done = project.build()
    assert done.returncode == 0, done.stdout
    return project


def test_a_late_event_moves_its_visitor_and_nobody_else(project: Project) -> None:
    project.land("l2", (4, "ann", 5))
    assert project.build().returncode == 0
    assert project.totals() == {"ann": 15, "bob": 20, "cyd": 30}
    assert project.last("visits") == (2, 0, 1)
    assert project.last("totals") == (1, 1, 1)


def test_a_change_is_not_lost_when_the_reader_was_not_built(project: Project) -> None:
    project.land("l2", (4, "ann", 5))
    assert project.build("--select", "visits").returncode == 0
    project.land("l3", (5, "bob", 1))
    assert project.build().returncode == 0
    assert project.totals() == {"ann": 15, "bob": 21, "cyd": 30}
    assert project.last("totals") == (2, 2, 2)


def test_a_row_that_is_gone_leaves_every_table(project: Project) -> None:
    project.sql("update raw.events set is_open = false, load_id = 'l2' where visitor = 'cyd'")
    assert project.build().returncode == 0
    assert project.totals() == {"ann": 10, "bob": 20}
    assert project.last("totals") == (0, 1, 0)


def test_a_whole_build_of_what_it_reads_makes_the_next_build_whole(project: Project) -> None:
    project.sql("update raw.events set amount = 11 where visitor = 'ann'")
    assert project.build("--full-refresh", "--select", "visits").returncode == 0
    assert project.build().returncode == 0
    assert project.totals() == {"ann": 11, "bob": 20, "cyd": 30}


def test_a_doubled_row_comes_whole_and_its_repair_leaves_one(project: Project) -> None:
    """Rows of one key, alike or not, are what a rebuild would have, and so is what is repaired."""
    project.land("l2", (4, "dan", 7), (4, "dan", 7), (5, "eve", 1), (5, "eve", 2))
    assert project.build().returncode == 0
    assert project.totals() == {"ann": 10, "bob": 20, "cyd": 30, "dan": 14, "eve": 3}
    project.sql("delete from raw.events where amount = 2 or visitor = 'dan'")
    project.land("l3", (4, "dan", 7))
    project.sql("update raw.events set load_id = 'l4' where visitor = 'eve'")
    assert project.build().returncode == 0
    assert project.totals() == {"ann": 10, "bob": 20, "cyd": 30, "dan": 7, "eve": 1}
    assert project.sql("select count(*) from visits") == [(5,)]


@pytest.mark.parametrize("options", [(), ("--full-refresh",)])
def test_what_is_built_in_parts_has_every_row_once(project: Project, options: tuple) -> None:
    names = [f"v{number}" for number in range(20)]
    project.land("l2", *[(10 + n, name, n) for n, name in enumerate(names)], (9, "ann", 1))
    assert project.build(*options).returncode == 0
    compiled = project.folder / "target" / "compiled" / "engineroom" / "models" / "listed.sql"
    assert "hash(visitor) % 13 = /* a part of 13 */ 0" in compiled.read_text("utf-8")
    found = project.sql("select visitor, amounts from listed order by all")
    singles = [("bob", [20]), ("cyd", [30]), *((name, [n]) for n, name in enumerate(names))]
    assert found == sorted([("ann", [10, 1]), *singles])


def test_a_broken_test_stops_nothing_and_is_kept_with_the_tables_that_it_tests(
    project: Project,
) -> None:
    broken = "select test_name, table_schema, table_name from changes.broken_tests order by all"
    assert project.sql(broken) == []
    project.land("l2", (4, "dan", None), (5, "eve", 500), (5, "eve", 500))
    # Of a table that no model reads.
    project.sql("insert into raw.people values (1, null), (2, null), (2, null)")
    assert project.build().returncode == 0
    assert project.totals() == {"ann": 10, "bob": 20, "cyd": 30, "dan": None, "eve": 1000}
    assert [(name.partition("_totals")[0], *table) for name, *table in project.sql(broken)] == [
        ("assert_nobody_is_called_eve", "main", "totals"),
        ("assert_nobody_is_called_eve", "main", "visits"),
        ("is_true", "main", "totals"),
        ("not_null", "main", "totals"),
        ("source_at_most_one_open_version_vendor_people_id", "vendor", "people"),
        ("source_unique_together_vendor_events_id", "vendor", "events"),
    ]
    project.sql("delete from raw.events where id > 3")
    project.sql("delete from raw.people where id = 2")
    project.sql("update raw.events set load_id = 'l3'")
    assert project.build("--full-refresh").returncode == 0
    assert project.sql(broken) == []

"""dbt's unit tests: all of them run, and every model that decides something has one."""

import re

import duckdb
import sqlglot
from dbt_runs import DbtRun
from sqlglot import exp

# A model decides something where it branches, ranks, joins, groups or computes. Renaming, casting,
# filtering out closed versions and stacking tables is projection, and needs no example.
LOGIC = (
    exp.Case,
    exp.Window,
    exp.Join,
    exp.AggFunc,
    exp.Distinct,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.Mod,
)

RED = ("fail", "error")


def has_logic(sql: str) -> bool:
    """Return whether the compiled SQL of a model does more than project."""
    statements = [each for each in sqlglot.parse(sql, dialect="duckdb") if each is not None]
    return any(isinstance(node, LOGIC) for each in statements for node in each.walk())


def test_every_unit_test_of_the_models_passes(empty_build: DbtRun) -> None:
    found = empty_build.results
    broken = {key: row["message"] for key, row in found.items() if row["status"] in RED}
    assert not broken, "\n\n".join(f"{key}\n{told}" for key, told in broken.items())

    passed = {key for key, row in found.items() if row["status"] == "pass"}
    assert passed == set(empty_build.manifest["unit_tests"]), empty_build.said[-2000:]


def test_every_model_builds_without_a_row_in_any_source(empty_build: DbtRun) -> None:
    models = {key for key in empty_build.manifest["nodes"] if key.startswith("model.")}
    built = {key for key, row in empty_build.results.items() if row["status"] == "success"}

    assert models - built == set(), "a model, or a unit test of one it reads, is red"


def test_every_model_with_logic_has_a_unit_test(
    empty_build: DbtRun, compiled: dict[str, str]
) -> None:
    manifest = empty_build.manifest
    tested = {each["model"] for each in manifest["unit_tests"].values()}
    models = [node["name"] for node in manifest["nodes"].values() if _is_ours(node)]

    assert [name for name in models if has_logic(compiled[name]) and name not in tested] == []


STACKED = re.compile(r"select \* from \{\{ ref\('stg_' ~ \w+ ~ '__(\w+)'\) \}\}")


def test_stagings_that_are_stacked_have_the_same_columns_in_the_same_order(
    empty_build: DbtRun,
) -> None:
    """A union goes by position: clicks that stand where impressions do would be added as those."""
    models = [n for n in empty_build.manifest["nodes"].values() if n["resource_type"] == "model"]
    stacked = {kind for node in models for kind in STACKED.findall(node["raw_code"])}
    assert len(stacked) > 9
    shapes: dict[str, dict[str, list[tuple[str, str]]]] = {kind: {} for kind in stacked}
    with duckdb.connect(str(empty_build.target.parent / "warehouse.duckdb")) as connection:
        for model, name, type_ in connection.execute(
            "select table_name, column_name, data_type from duckdb_columns()"
            " where schema_name = 'staging' order by table_name, column_index"
        ).fetchall():
            if (kind := model.partition("__")[2]) in stacked:
                shapes[kind].setdefault(model, []).append((name, type_))
    differing = {
        kind: models for kind, models in shapes.items() if len(set(map(str, models.values()))) != 1
    }
    assert differing == {}


def test_a_projection_is_told_from_logic() -> None:
    plain = "select cast(a as bigint) as b, coalesce(c, 'x') as d from t where e is null"
    assert not has_logic(plain)
    assert not has_logic(f"{plain} union all {plain}")
    for words in ("case when a then 1 end", "row_number() over (order by a)", "a + 1", "max(a)"):
        assert has_logic(f"select {words} from t")
    assert has_logic("select a from t join u on t.a = u.a")
    assert has_logic("select distinct a from t")


def _is_ours(node: dict) -> bool:
    return node["resource_type"] == "model" and node["fqn"][1] != "custom"


def test_an_incremental_model_is_written_by_the_key_that_is_tested_unique(
    empty_build: DbtRun,
) -> None:
    """Changed rows replace those of their key: a key coarser than the grain loses neighbours."""
    nodes = empty_build.manifest["nodes"].values()
    tested: dict[str, set[frozenset[str]]] = {}
    for node in nodes:
        if node["resource_type"] == "test" and node.get("test_metadata"):
            columns = _unique_columns(node["test_metadata"])
            tested.setdefault(node["attached_node"], set()).add(frozenset(columns))
    keys = {
        node["unique_id"]: frozenset(node["config"]["unique_key"])
        for node in nodes
        if node["config"].get("materialized") == "incremental"
    }

    assert keys
    for model, key in keys.items():
        assert any(unique and unique <= key for unique in tested.get(model, set())), model


def _unique_columns(test: dict) -> list[str]:
    if test["name"] == "unique":
        return [test["kwargs"]["column_name"]]
    return test["kwargs"]["columns"] if test["name"] == "unique_together" else []

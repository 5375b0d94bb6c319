"""Core models run unchanged on other engines: a deny list over their SQL.

What engines write differently lives in macros/portable.sql. So the models are rendered with each
macro of that file replaced by a plain call, and what is left must be words that all engines share.
sqlglot only parses here; its rewriting between engines silently changes results.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlglot
import yaml
from jinja2 import Environment
from sqlglot import exp
from sqlglot.tokens import TokenType

TRANSFORM = Path(__file__).parents[2] / "transform"
LAYERS = ("staging", "intermediate", "marts", "private")
MACRO_FILES = ("portable.sql", "incremental.sql", "staging_models.sql")
VARS = {"as_of": "2026-01-01 00:00:00"}

FORBIDDEN_NODES: dict[type[exp.Expression], str] = {
    exp.Qualify: "QUALIFY",
    exp.Lambda: "lambda",
    exp.Pivot: "PIVOT",
    exp.IntDiv: "//",
    exp.Rand: "random()",
    exp.CurrentTimestamp: "now()",
    exp.CurrentDate: "current_date",
    exp.Unnest: "UNNEST",
    exp.Explode: "UNNEST",
    exp.ReadCSV: "a file reader",
    exp.ReadParquet: "a file reader",
    exp.ArrayAgg: "list()",
}
FORBIDDEN_FUNCTIONS = [
    "hash",
    "list",
    "list_value",
    "random",
    "uuid",
    "gen_random_uuid",
    "now",
    "today",
    "read_csv",
    "read_csv_auto",
    "read_parquet",
    "read_json",
    "read_json_auto",
    "unnest",
    "list_aggregate",
    "list_transform",
    "list_filter",
    "struct_pack",
    "epoch_ms",
    "arg_max",
    "arg_min",
    "quantile_cont",
    "strftime",
    "strptime",
    "json_extract_string",
]


def portable_macros() -> list[str]:
    """Return the names of the macros that are allowed to differ between engines."""
    texts = [(TRANSFORM / "macros" / name).read_text("utf-8") for name in MACRO_FILES]
    return re.findall(r"macro (\w+)\(", "\n".join(texts))


def rendered(source: str) -> str:
    """Return a model's SQL with refs as plain names and portable macros as plain calls."""
    project = project_vars()
    environment = Environment(autoescape=False, extensions=["jinja2.ext.do"])
    names: dict[str, Callable[..., object]] = {
        name: _plain_call(name) for name in portable_macros()
    }
    names |= {
        "ref": lambda name: name,
        "source": lambda source, table: f"{source}_{table}",
        "var": lambda name, default="": project.get(name, default),
        "told": lambda name: project.get(name, ""),
        "config": lambda **_: "",
        "return": lambda value: value,
    }
    names["day_spine"] = lambda *_: "select date_day from days"
    names["split_to_rows"] = lambda relation, keys, *_: (
        f"select {', '.join(keys)}, piece from {relation}"
    )
    return environment.from_string(source).render(**names)


def project_vars() -> dict[str, object]:
    """Return the project's variables, as dbt would hand them to a model."""
    document = yaml.safe_load((TRANSFORM / "dbt_project.yml").read_text("utf-8"))
    return document["vars"] | VARS


def _plain_call(name: str) -> Callable[..., str]:
    return lambda *arguments, **_: f"portable_{name}({', '.join(map(_text, arguments))})"


def _text(argument: object) -> str:
    if isinstance(argument, list | tuple):
        return ", ".join(str(each) for each in argument)
    return f"'{argument}'" if _is_pattern(str(argument)) else str(argument)


def _is_pattern(argument: str) -> bool:
    """A pattern or separator is handed to a macro without quotes; it is no SQL."""
    if ";" in argument:
        return True
    try:
        sqlglot.parse_one(f"select {argument}", dialect="duckdb")
    except sqlglot.errors.SqlglotError:
        return True
    return False


def findings(sql: str) -> list[str]:
    """Return what in the SQL only some engines understand, in plain words."""
    found = []
    tokens = sqlglot.tokenize(sql, dialect="duckdb")
    found += ["::" for token in tokens if token.token_type == TokenType.DCOLON]
    words = " ".join(token.text.upper() for token in tokens)
    for phrase, name in (("BY ALL", "GROUP BY ALL"), ("BY NAME", "UNION BY NAME")):
        found += [name] if re.search(rf"\b{phrase}\b", words) else []
    found += ["ASOF"] if re.search(r"\bASOF\b", words) else []
    for statement in sqlglot.parse(sql, dialect="duckdb"):
        if statement is not None:
            found += _node_findings(statement)
    return sorted(set(found))


def _node_findings(statement: exp.Expr) -> Iterator[str]:
    for node in statement.walk():
        for kind, words in FORBIDDEN_NODES.items():
            if isinstance(node, kind):
                yield words
        if isinstance(node, exp.Star) and any(node.args.values()):
            yield "EXCLUDE/REPLACE"
        if isinstance(node, exp.Anonymous) and node.name.lower() in FORBIDDEN_FUNCTIONS:
            yield f"{node.name.lower()}()"


def models() -> list[Path]:
    """Return every core model; the user's own in models/custom are theirs."""
    found = [path for layer in LAYERS for path in (TRANSFORM / "models" / layer).rglob("*.sql")]
    return sorted(found)


@pytest.mark.parametrize("path", models(), ids=lambda path: path.stem)
def test_a_model_uses_only_sql_that_every_engine_understands(path: Path) -> None:
    assert findings(rendered(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("select a from t qualify row_number() over (order by a) = 1", "QUALIFY"),
        ("select a::int from t", "::"),
        ("select a // 2 from t", "//"),
        ("select a, count(*) from t group by all", "GROUP BY ALL"),
        ("select list_transform(a, x -> x + 1) from t", "lambda"),
        ("select list(a) from t", "list()"),
        ("select * from t asof join u on t.a >= u.a", "ASOF"),
        ("select * from t pivot (sum(a) for b in ('x'))", "PIVOT"),
        ("select * exclude (a) from t", "EXCLUDE/REPLACE"),
        ("select * replace (1 as a) from t", "EXCLUDE/REPLACE"),
        ("select unnest(a) from t", "UNNEST"),
        ("select hash(a) from t", "hash()"),
        ("select a from t union by name select a from u", "UNION BY NAME"),
        ("select now()", "now()"),
        ("select current_date", "current_date"),
        ("select random()", "random()"),
        ("select * from read_csv('f.csv')", "a file reader"),
        ("select * from read_parquet('f.parquet')", "a file reader"),
    ],
)
def test_the_deny_list_turns_red(sql: str, word: str) -> None:
    assert word in findings(sql)

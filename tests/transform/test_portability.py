"""Core models run unchanged on other engines: a deny list over the SQL that dbt compiles.

What engines write differently lives in macros/portable.sql. So the project is compiled with each
macro of that file as a plain call, and what is left must be words that all engines share. sqlglot
only parses here; its rewriting between engines silently changes results.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
import sqlglot
from dbt_runs import TRANSFORM
from sqlglot import exp
from sqlglot.tokens import TokenType

FORBIDDEN_NODES: dict[type[exp.Expression], str] = {
    exp.Qualify: "QUALIFY",
    exp.Lambda: "lambda",
    exp.Pivot: "PIVOT",
    exp.IntDiv: "//",
    exp.Unnest: "UNNEST",
    exp.Explode: "UNNEST",
    exp.TryCast: "try_cast",
}
FORBIDDEN_PHRASES = {
    "BY ALL": "GROUP BY ALL",
    "BY NAME": "UNION BY NAME",
    "ASOF": "ASOF",
    "DISTINCT ON": "DISTINCT ON",
    "CURRENT_DATE": "current_date",
    "CURRENT_TIMESTAMP": "current_timestamp",
    "FROM VALUES": "FROM VALUES",
}
# Words of one engine, or words whose answer changes from run to run.
FORBIDDEN_FUNCTIONS = re.findall(
    r"\w+",
    """
    any_value arg_max arg_min array_agg array_to_string date_diff datediff date_part epoch epoch_ms
    first gen_random_uuid generate_series hash isodow json_extract_string last list list_aggregate
    list_filter list_transform list_value listagg max_by median min_by mode now quantile_cont random
    range read_csv read_csv_auto read_json read_json_auto read_parquet regexp_extract regexp_matches
    regexp_replace string_agg string_split strftime strptime struct_pack timezone to_days to_seconds
    today try_cast unnest uuid
    """,
)


def findings(sql: str) -> list[str]:
    """Return what in the SQL only some engines understand, in plain words."""
    tokens = sqlglot.tokenize(sql, dialect="duckdb")
    found = ["::" for token in tokens if token.token_type == TokenType.DCOLON]
    words = " ".join(token.text.upper() for token in tokens if not _is_text(token))
    found += [
        name for phrase, name in FORBIDDEN_PHRASES.items() if re.search(rf"\b{phrase}\b", words)
    ]
    for token, following in pairwise(tokens):
        is_call = following.token_type == TokenType.L_PAREN and not _is_text(token)
        if is_call and token.text.lower() in FORBIDDEN_FUNCTIONS:
            found.append(f"{token.text.lower()}()")
    for statement in sqlglot.parse(sql, dialect="duckdb"):
        if statement is not None:
            found += _node_findings(statement)
    return sorted(set(found))


def _is_text(token: sqlglot.tokens.Token) -> bool:
    return token.token_type in (TokenType.STRING, TokenType.IDENTIFIER)


def _node_findings(statement: exp.Expr) -> Iterator[str]:
    for node in statement.walk():
        for kind, words in FORBIDDEN_NODES.items():
            if isinstance(node, kind):
                yield words
        if isinstance(node, exp.Star) and any(node.args.values()):
            yield "EXCLUDE/REPLACE"


def test_every_compiled_model_and_test_is_checked(compiled: dict[str, str]) -> None:
    written = {path.stem for path in (TRANSFORM / "models").rglob("*.sql")}
    written |= {path.stem for path in (TRANSFORM / "tests").glob("assert_*.sql")}

    assert written <= set(compiled)


def test_models_use_only_sql_that_every_engine_understands(compiled: dict[str, str]) -> None:
    found = {name: findings(compiled[name]) for name in sorted(set(compiled) - {"planted"})}

    assert {name: words for name, words in found.items() if words} == {}


def test_a_macro_that_hides_one_engines_words_is_found_in_the_compiled_model(
    compiled: dict[str, str],
) -> None:
    assert findings(compiled["planted"]) == ["list()"]


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
        ("select current_timestamp", "current_timestamp"),
        ("select random()", "random()"),
        ("select distinct on (a) a, b from t", "DISTINCT ON"),
        ("select try_cast(a as int) from t", "try_cast"),
        ("select quantile_cont(a, 0.5) from t", "quantile_cont()"),
        ("select epoch(a) from t", "epoch()"),
        ("select string_agg(a, ',') from t", "string_agg()"),
        ("select regexp_matches(a, 'b') from t", "regexp_matches()"),
        ("select * from read_csv('f.csv')", "read_csv()"),
        ("select * from read_parquet('f.parquet')", "read_parquet()"),
    ],
)
def test_the_deny_list_turns_red(sql: str, word: str) -> None:
    assert word in findings(sql)


def test_a_word_in_a_text_or_a_column_name_is_no_finding() -> None:
    assert findings("select 'list(a)::int' as now, t.first from t") == []

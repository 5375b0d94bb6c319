"""Addresses are cut out of text that readers see: pages, sources and names of campaigns."""

from pathlib import Path

import duckdb
import jinja2
import pytest

MACROS = Path(__file__).parents[2] / "transform" / "macros" / "portable.sql"
ADDRESS = "ann.lee+x@acme.co.uk"


def shown(macro, text):
    """What the macro of the project leaves of a text."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    module = environment.from_string(MACROS.read_text("utf-8")).make_module()
    with duckdb.connect() as connection:
        sql = f"select {getattr(module, macro)('told')} from (select ?::varchar as told)"
        (value,) = connection.execute(sql, [text]).fetchone()
    return value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("google", "google"),
        (None, None),
        (ADDRESS, "(address)"),
        ("Ann%40acme.example", "(address)"),
        (f"spring sale for {ADDRESS} | Brand", "spring sale for (address) | Brand"),
        ("sale @ home", "sale @ home"),
    ],
)
def test_an_address_in_a_tag_is_replaced_and_the_rest_stays(text, expected):
    assert shown("without_addresses", text) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://fathom.example/demo", "https://fathom.example/demo"),
        (f"https://fathom.example/demo?email={ADDRESS}&to=2125552368", "https://fathom.example/demo"),
        ("https://fathom.example/demo#Ann-Lee", "https://fathom.example/demo"),
        (f"/u/{ADDRESS}/settings", "/u/(address)/settings"),
    ],
)  # fmt: skip
def test_a_page_loses_its_query_its_fragment_and_any_address(url, expected):
    assert shown("page_only", url) == expected

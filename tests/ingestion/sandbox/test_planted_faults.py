"""Faults that the control plane plants reach a client as what they are named after."""

import http.client
import json

import pytest
from live_sandbox import Live

from ingestion.sandbox.views.hubspot import TOKEN

OWNERS = "/crm/v3/owners"
KEY = {"Authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("reset", http.client.IncompleteRead),
        ("short_body", http.client.IncompleteRead),
        ("truncated_json", json.JSONDecodeError),
    ],
)
def test_a_broken_answer_breaks_once_and_the_next_is_whole(
    sandbox: Live, fault: str, error: type[Exception]
) -> None:
    whole = sandbox.ask("GET", OWNERS, **KEY)
    assert whole.status == 200
    sandbox.control("POST", "faults", {"name": fault, "vendor": "hubspot"})
    with pytest.raises(error):
        sandbox.ask("GET", OWNERS, **KEY).json()
    assert sandbox.ask("GET", OWNERS, **KEY).json() == whole.json()

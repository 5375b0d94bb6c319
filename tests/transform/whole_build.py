"""What the macros of incremental models mean in a whole build: everything is computed.

Tests that run a model's SQL outside dbt render it with these.
"""

from collections.abc import Callable

WHOLE_BUILD: dict[str, Callable[..., object]] = {
    "config": lambda **_: "",
    "incremental_strategy": lambda: "",
    "last_build": lambda: None,
    "recompute": lambda *_: "",
    "in_scope": lambda *_: "true",
    "announced": lambda *_: "",
    "unit_key": lambda _: "",
}

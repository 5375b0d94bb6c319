"""A variable of ours that nothing reads is named, with the one that was meant."""

from pathlib import Path

import pytest

from orchestration import doctor
from orchestration.settings import Settings


def _found(tmp_path: Path, *names: str) -> list[str]:
    settings = Settings(home=tmp_path, environment=dict.fromkeys(names, "x"))
    return [text for _, text in doctor._variables(settings)]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ENGINEEROOM_HOME", "did you mean ENGINEROOM_HOME?"),
        ("ENGINEROOM_HUBSPOT_ACCES_TOKEN", "did you mean ENGINEROOM_HUBSPOT_ACCESS_TOKEN?"),
        ("ENGINEROOM_NOBODY_KNOWS_THIS_ONE", "take it away"),
    ],
)
def test_a_misspelt_variable_is_named(tmp_path: Path, name: str, hint: str) -> None:
    (told,) = _found(tmp_path, name, "ENGINEROOM_HOME")
    assert name in told
    assert hint in told


def test_what_is_read_or_not_ours_is_no_finding(tmp_path: Path) -> None:
    ours = ("ENGINEROOM_HOME", "ENGINEROOM_HUBSPOT_ACCESS_TOKEN", "ENGINEROOM_ALERT_WEBHOOK")
    others = ("HOME", "PATH", "SCALE", "DAGSTER_HOME", "ENGINEROOM_RUN_AS_OF")
    assert _found(tmp_path, *ours, *others) == []

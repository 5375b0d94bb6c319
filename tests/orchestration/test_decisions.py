"""Decisions are written into the user's own file, which stays as it was otherwise."""

from datetime import date

import pytest
import yaml

from orchestration import decisions, rules
from orchestration.settings import PROJECT, Refused, Settings

ENTRY = {
    "action": "never_merge",
    "left": {"source": "crm", "object": "contacts", "source_record_id": "0101"},
    "right": {"source": "list", "object": "members", "source_record_id": 'a:"b" # c'},
    "reason": "father: and son",
    "decided_by": "ops",
    "expires_on": "2027-01-01",
}
FLOW = {"default_flow_style": True, "width": 1000}
OTHER = ENTRY | {"action": "release", "expires_on": None}


@pytest.fixture
def settings(tmp_path):
    config = tmp_path / "project" / "config"
    (config / "schema").mkdir(parents=True)
    for name in ("matching.yml", "schema/matching.schema.json"):
        (config / name).write_text((PROJECT / "config" / name).read_text("utf-8"), "utf-8")
    return Settings(home=tmp_path / "home", project=tmp_path / "project")


def held(settings):
    return rules.read(settings.config, "matching")["overrides"]


def without_none(entry):
    return {key: value for key, value in entry.items() if value is not None}


def test_decisions_are_added_once_and_no_other_line_of_the_file_changes(settings):
    before = (settings.config / "matching.yml").read_text("utf-8").splitlines()
    path, written = decisions.add(settings, [ENTRY])
    assert (path, written) == (settings.config / "matching.yml", 1)
    assert decisions.add(settings, [ENTRY, OTHER])[1] == 1
    swapped = ENTRY | {"left": ENTRY["right"], "right": ENTRY["left"]}
    assert decisions.add(settings, [swapped])[1] == 0
    assert held(settings) == [without_none(OTHER), ENTRY]
    after = path.read_text("utf-8").splitlines()
    assert [line for line in before if line not in after] == ["overrides: []"]


@pytest.mark.parametrize("indent", ["", "  "])
def test_the_users_own_copy_keeps_its_form(settings, indent):
    own = settings.config / "local" / "matching.yml"
    own.parent.mkdir()
    shipped = (settings.config / "matching.yml").read_text("utf-8")
    entry = f"{indent}- {yaml.safe_dump(OTHER | {'expires_on': date(2027, 5, 1)}, **FLOW)}"
    top, _, _ = shipped.partition("overrides: []")
    rest = f"overrides:  # reviewed by ops\n{entry}"
    own.write_text(f"{rest}{top}" if indent else f"{top}{rest}", "utf-8")
    assert decisions.add(settings, [ENTRY])[0] == own
    assert held(settings) == [ENTRY, OTHER | {"expires_on": "2027-05-01"}]
    assert "overrides: []" in (settings.config / "matching.yml").read_text("utf-8")


def test_a_file_in_another_form_is_left_alone_and_the_lines_are_told(settings):
    path = settings.config / "matching.yml"
    text = path.read_text("utf-8").replace(
        "overrides: []",
        f"overrides: {yaml.safe_dump([without_none(OTHER)], default_flow_style=True)}",
    )
    path.write_text(text, "utf-8")
    with pytest.raises(Refused, match="never_merge"):
        decisions.add(settings, [ENTRY])
    assert path.read_text("utf-8") == text


def test_an_entry_that_breaks_the_schema_leaves_the_file_as_it_was(settings):
    path = settings.config / "matching.yml"
    text = path.read_text("utf-8")
    with pytest.raises(Refused, match="decided_by"):
        decisions.add(settings, [ENTRY | {"decided_by": "x"}])
    assert path.read_text("utf-8") == text

"""Playbooks that nobody could follow are refused with the file, the line and what to do."""

import re
import shutil

import pytest

from orchestration import rules
from orchestration.settings import PROJECT, Refused

NEEDS = "  - {playbook: launch, milestone: %s, needs: %s}"


@pytest.fixture
def config(tmp_path):
    return shutil.copytree(PROJECT / "config", tmp_path / "config")


def refused(config, old, new):
    """Change the shipped file; return the refusal and the number of the line that was written."""
    path = config / "playbooks.yml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    place = text.index(old) + len(new) - len(new.lstrip("\n"))
    with pytest.raises(Refused) as told:
        rules.tables(config)
    return str(told.value), text[:place].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        # An unknown key, and a word that is none of the list.
        ("post_field: post id", "post_fields: post id", "remove or correct the unknown key"),
        ("state: queued}", "state: idle}", "use one of the listed values"),
        ("project_name: editorial calendar", "project_name: Editorial", "correct the value"),
        # What is named and is not there.
        ("starts_with: brief_approved", "starts_with: brief", "launch has no milestone brief"),
        ("needs: brief_written}", "needs: brief}", "launch has no milestone brief; there are"),
        ("  - {playbook: launch, milestone: brief_written", "  - {playbook: fair, milestone: x",
         "no playbook is named fair; there are launch"),
        # What can never be reached.
        (NEEDS % ("brief_approved", "brief_written"), NEEDS % ("brief_approved", "live"),
         "none of them can come first; remove one of these needs"),
        ("goes_live_with: live", "goes_live_with: brief_written",
         "brief_written is never reached from brief_approved"),
        ("section: scheduled, stage: scheduled", "section: planned, stage: scheduled",
         "stands twice, so that this one is never reached; remove one"),
    ],
)  # fmt: skip
def test_a_playbook_that_nobody_can_follow_is_refused_by_line_and_remedy(config, old, new, words):
    told, line = refused(config, old, new)
    assert told.startswith("config/playbooks.yml, key ")
    assert words in told
    if "come first" not in words:  # a cycle is closed by another line than the one that was changed
        assert f", line {line}: " in told


def test_a_cycle_is_named_step_by_step_at_a_line_of_it(config):
    old = NEEDS % ("brief_approved", "brief_written")
    told, _ = refused(config, old, old + "\n" + NEEDS % ("brief_written", "page_built"))
    path = " needs ".join(("brief_written", "page_built", "copy_drafted", "brief_approved"))
    assert f"{path} needs brief_written: none of them can come first" in told
    (line,) = re.findall(r"playbook_needs\.\d+\.needs, line (\d+):", told)
    closing = (config / "playbooks.yml").read_text("utf-8").splitlines()[int(line) - 1]
    assert closing == old


def test_a_milestone_that_stands_alone_is_never_reached(config):
    old = "# What a milestone needs before it."
    alone = (
        "  - {playbook: launch, milestone: party, position: 99, task_name: party, "
        "reached_by: completed, field: null, value: null, business_days_from_live: 1, "
        "owner_role: all, is_gate: false}\n"
    )
    told, line = refused(config, old, alone + old)
    assert f"line {line}: party is never reached" in told
    assert "add it to playbook_needs or remove it" in told


def test_the_shipped_playbook_can_be_followed():
    rules.read(PROJECT / "config", "playbooks")


def test_any_wrong_rule_names_its_line(stage_rules):
    (stage_rules / "funnel.yml").write_text("stages:\n  - stage: won\n    position: one\n")
    with pytest.raises(Refused, match=r"key stages\.0\.position, line 3: 'one' is not"):
        rules.tables(stage_rules)

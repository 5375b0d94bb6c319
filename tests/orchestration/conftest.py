"""A small project of its own: two rule files, a dbt project of four models, fake sources."""

import json
from pathlib import Path

import pytest

from orchestration.settings import PROJECT, Settings

ALERTS = """
file: {is_on: true}
webhook: {is_on: false, url_variable: ENGINEROOM_ALERT_WEBHOOK}
mailbox: {is_on: false, host: localhost, port: 25, sender: a@localhost, recipients: []}
api_versions: {warn_days: [60, 30, 7]}
freshness: {stale_after_hours: 36}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project folder with the shipped dagster.yaml and alert rules."""
    root = tmp_path / "project"
    (root / "config" / "schema").mkdir(parents=True)
    (root / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text())
    (root / "config" / "alerts.yml").write_text(ALERTS)
    (root / "config" / "sources.yml").write_text("{}")
    for name in ("alerts", "sources"):
        schema = PROJECT / "config" / "schema" / f"{name}.schema.json"
        (root / "config" / "schema" / schema.name).write_text(schema.read_text())
    return root


@pytest.fixture
def settings(tmp_path: Path, project: Path) -> Settings:
    """Return the settings of a home that does not exist yet."""
    return Settings(home=tmp_path / "home", project=project)


@pytest.fixture
def stage_rules(project: Path) -> Path:
    """Write a rule file with a list and a block, and return the config folder."""
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["stages"],
        "properties": {
            "stages": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["stage", "position"],
                    "properties": {
                        "stage": {"type": "string", "enum": ["lead", "won"]},
                        "position": {"type": "integer"},
                        "starts_on": {"type": ["string", "null"], "format": "date"},
                    },
                },
            },
            "company": {
                "type": "object",
                "properties": {"reporting_currency": {"type": "string"}},
            },
        },
    }
    config = project / "config"
    (config / "schema" / "funnel.schema.json").write_text(json.dumps(schema))
    (config / "funnel.yml").write_text(
        "stages:\n  - {stage: lead, position: 1, starts_on: 2026-01-31}\n"
        "  - {stage: won, position: 2}\ncompany: {reporting_currency: USD}\n"
    )
    return config

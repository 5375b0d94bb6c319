"""A model of the user's own is built into the marts file, in a schema of its own."""

import shutil
from pathlib import Path

import dbt_runs

from orchestration import publish


def test_a_model_put_into_the_custom_folder_is_built_where_publish_finds_it(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(dbt_runs.TRANSFORM, project, ignore=shutil.ignore_patterns("target", "logs"))
    own = project / "models" / "custom"
    assert (own / "README.md").exists(), "the folder is in git"
    (own / "paid_channels.sql").write_text(
        "select channel from {{ ref('dim_channels') }} where is_paid\n"
    )
    home = dbt_runs.empty_home(tmp_path / "home")

    run = dbt_runs.dbt(
        home,
        "build",
        "--select",
        "+paid_channels",
        "--exclude",
        "resource_type:test",
        project=project,
    )

    found = publish.digests(home / "marts" / "engineroom.duckdb")
    assert found.get("custom.paid_channels", ("", 0))[1] > 0, run.said[-2000:]

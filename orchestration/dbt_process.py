"""Runs dbt as a child that dies with the run that started it.

A dbt left behind by a killed run would go on writing, and hold the warehouse against the rerun.
"""

import os
import sys
import threading
import time
from pathlib import Path

POLL_SECONDS = 0.1


def executable(folder: Path) -> Path:
    """Write the program that dagster-dbt starts in place of dbt, and return its path."""
    path = folder / "dbt"
    text = f"#!{sys.executable}\nfrom orchestration.dbt_process import main\n\nmain()\n"
    if not path.exists() or path.read_text("utf-8") != text:
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".dbt.{os.getpid()}")
        partial.write_text(text, "utf-8")
        partial.chmod(0o700)
        partial.replace(path)
    return path


def main() -> None:
    """Run dbt with this process's arguments; end at once when the parent is gone."""
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()
    from dbt.cli.main import cli

    cli()


def _die_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os._exit(1)

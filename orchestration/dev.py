"""`engineroom dev`: a personal copy of both files, and how to run dbt against it."""

import shutil

from orchestration import home, lock, reading
from orchestration.house import checkpoint, run_lock
from orchestration.publish import clone
from orchestration.settings import Settings


def copy(settings: Settings) -> str:
    """Copy warehouse and marts into HOME/dev and return the command that uses them.

    The copy holds personal data as the warehouse does; it stays inside the home.
    """
    reading.require(settings)
    folder = settings.home / "dev"
    with lock.held(run_lock(settings), label="dev copy"):
        checkpoint(settings)
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "marts").mkdir(parents=True, mode=0o700)
        clone(settings.warehouse, folder / settings.warehouse.name)
        if settings.marts.exists():
            clone(settings.marts, folder / "marts" / settings.marts.name)
        home.write_json(
            folder / "home.json", {"kind": home.kind_of(settings), "version": 1, "is_copy": True}
        )
    return (
        f"copied to {folder}; nothing there is published. Try a model with:\n"
        f"  cd {settings.transform} && ENGINEROOM_HOME={folder} DBT_TARGET_PATH={folder}/target "
        "dbt build --profiles-dir . --select <model>"
    )

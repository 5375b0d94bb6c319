"""A person whom a vendor erased is in no table and no byte of a home after the next run."""

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
import whole_runs
from rebuild import differences, rebuilt

from ingestion.sandbox.company import generate
from ingestion.sandbox.records import ContactRecord, contacts

# The day after the seed's one privacy delete within the two months that follow the first run.
AFTER = datetime(2026, 8, 25, 6)
CONTACT = "101990"


@pytest.fixture(scope="module")
def erased() -> ContactRecord:
    every = contacts(generate(whole_runs.SEED, whole_runs.SCALE))
    return next(each for each in every if each.contact_id == CONTACT)


def columns_with(home: Path, text: str) -> set[str]:
    """Return the columns, views included, in which a text stands in either file of a home."""
    found = set()
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute(f"attach '{home / 'marts' / 'engineroom.duckdb'}' as engineroom")
        listed = connection.execute(
            "select database_name, schema_name, table_name, column_name from duckdb_columns()"
            " where not internal and data_type = 'VARCHAR'"
        ).fetchall()
        for *place, column in listed:
            table = ".".join(f'"{each}"' for each in place)
            query = f'select 1 from {table} where contains(lower("{column}"), lower(?)) limit 1'
            if connection.execute(query, [text]).fetchone():
                found.add(".".join([*place[1:], column]))
    return found


@pytest.mark.slow
def test_an_erased_person_is_nowhere_after_the_next_run(
    published_home: Path, erased: ContactRecord, tmp_path: Path
) -> None:
    home = whole_runs.copy_home(published_home, tmp_path / "home")
    known = columns_with(home, erased.email)
    assert {"raw_hubspot.contacts.properties__email", "private.person_profiles.email"} <= known

    moved = whole_runs.command(home, "sandbox", "clock", AFTER.isoformat() + "Z")
    assert moved.returncode == 0, moved.stderr
    done = whole_runs.command(home, "run")
    assert done.returncode == 0, done.stdout[-3000:]

    assert columns_with(home, erased.email) == set()
    assert columns_with(home, erased.phone or erased.email) == set()
    # Dropped files are the user's own to delete.
    shutil.rmtree(home / "inbox")
    files = [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]
    assert [path for path in files if erased.email.encode() in path.read_bytes().lower()] == []

    copy = tmp_path / "anew"
    rebuilt(home, copy, AFTER)
    assert differences(home, copy) == {}

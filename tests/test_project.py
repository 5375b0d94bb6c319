"""The project's own files: locks that install anywhere, no trace of a machine, walls that stand."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from setuptools import find_packages

PROJECT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements", "requirements-test", "requirements-peers")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(\[[a-z0-9,_-]+\])?==\S+ \\$")
# Spelt in parts, so that this file does not find itself.
FOREIGN = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "debian" + ".org",
    "/" + "work/",
    "/" + "root/",
    "file:" + "///opt",
)
TEXT = {".py", ".sql", ".yml", ".yaml", ".toml", ".md", ".lock", ".in", ".json", ".csv", ".sh", ""}


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    return [PROJECT / name for name in listed.split("\0") if name]


def _blocks(lock: str) -> list[list[str]]:
    """The lines of each locked package: the pin first, hashes and comments after it."""
    lines = (PROJECT / f"{lock}.lock").read_text("utf-8").splitlines()
    blocks: list[list[str]] = []
    for line in lines:
        if line and not line.startswith((" ", "#")):
            blocks.append([])
        if blocks:
            blocks[-1].append(line)
    return blocks


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_pinned_and_hashed_and_names_no_index(lock: str) -> None:
    blocks = _blocks(lock)
    assert len(blocks) > 5
    for pin, *rest in blocks:
        assert PINNED.match(pin), pin
        assert any("--hash=sha256:" in line for line in rest), pin
        assert not any(word in line for line in [pin, *rest] for word in ("://", "--index")), pin


@pytest.mark.parametrize("lock", LOCKS)
def test_every_wish_is_in_its_lock(lock: str) -> None:
    locked = {re.split(r"[\[=]", pin)[0].lower() for pin, *_ in _blocks(lock)}
    lines = (PROJECT / f"{lock}.in").read_text("utf-8").splitlines()
    wished = {re.split(r"[\[=<>~]", line)[0].lower() for line in lines if line[:1].isalpha()}
    assert wished
    assert wished <= locked


def test_the_test_lock_runs_the_versions_that_the_run_lock_runs() -> None:
    run, tested = ({pin for pin, *_ in _blocks(lock)} for lock in LOCKS[:2])
    assert run <= tested


def test_no_file_speaks_of_a_machine_or_a_registry() -> None:
    found = [
        f"{path.relative_to(PROJECT)}: {word}"
        for path in _tracked()
        if path.suffix in TEXT and path.is_file()
        for word in FOREIGN
        if word in path.read_text("utf-8", errors="replace")
    ]
    assert found == []


def test_every_package_on_disk_is_installed() -> None:
    asked = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    installed = set(find_packages(str(PROJECT), include=asked["packages"]["find"]["include"]))
    rooms = {name.split(".")[0] for name in installed}
    on_disk = {
        str(path.parent.relative_to(PROJECT)).replace("/", ".")
        for path in _tracked()
        if path.name == "__init__.py" and path.relative_to(PROJECT).parts[0] in rooms
    }
    assert rooms == {
        "attribution",
        "hygiene",
        "identity",
        "ingestion",
        "orchestration",
        "quality",
        "reports",
        "routing",
    }
    assert installed == on_disk

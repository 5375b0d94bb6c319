"""What the documents say is true: every command runs, every query answers, every path exists."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import whole_runs

from ingestion import probe
from orchestration.cli import main
from orchestration.settings import PROJECT

FIRST_LIST = Path(os.environ.get("ENGINEROOM_SHARED") or PROJECT.parent / "shared") / "marts.md"

README = (PROJECT / "README.md").read_text("utf-8")
CONTRIBUTING = (PROJECT / "CONTRIBUTING.md").read_text("utf-8")
OPERATIONS = (PROJECT / "docs" / "operations.md").read_text("utf-8")
FILE_DROPS = (PROJECT / "docs" / "file_drops.md").read_text("utf-8")
ATTRIBUTION = (PROJECT / "docs" / "attribution.md").read_text("utf-8")
ROUTING = (PROJECT / "docs" / "routing.md").read_text("utf-8")
LAUNCHES = (PROJECT / "docs" / "launches.md").read_text("utf-8")
BUDGETS = (PROJECT / "docs" / "budgets.md").read_text("utf-8")
DOCUMENTS = {
    "README": README,
    "CONTRIBUTING": CONTRIBUTING,
    "operations": OPERATIONS,
    "file_drops": FILE_DROPS,
    "attribution": ATTRIBUTION,
    "routing": ROUTING,
    "launches": LAUNCHES,
    "budgets": BUDGETS,
}
ENGINEROOM = ".venv/bin/engineroom"
# Stand for what only the reader knows.
PLACEHOLDERS = ("NAME", "ID")


@dataclass(frozen=True)
class Block:
    """A fenced block of the README: its language and its text."""

    language: str
    text: str

    @property
    def lines(self) -> list[str]:
        return [line for line in self.text.splitlines() if line.strip()]


BLOCKS = [
    Block(language, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE))
    for indent, language, text in re.findall(
        r"^( *)```(\w+)\n(.*?)^\1```$", README, flags=re.MULTILINE | re.DOTALL
    )
]
QUERIES = [block.text for block in BLOCKS if block.language == "sql"]
COMMANDS = [line for block in BLOCKS if block.language == "bash" for line in block.lines]
MADE = [line for line in COMMANDS if re.search(r"(^|\s)make\s", line)]


def test_every_block_of_the_readme_is_of_a_kind_that_is_executed() -> None:
    assert README.count("```") == 2 * len(BLOCKS)
    assert {block.language for block in BLOCKS} == {"bash", "sql"}
    known = ("make ", ENGINEROOM, ".venv/bin/python -c ", "export ")
    unknown = [line for line in COMMANDS if line not in MADE and not line.startswith(known)]
    assert unknown == []


def test_the_readme_shows_a_picture_that_is_there_and_small() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    for picture in pictures:
        assert 10_000 < (PROJECT / picture).stat().st_size < 300_000


@pytest.mark.parametrize("line", MADE)
def test_make_knows_what_the_readme_asks_of_it(line: str) -> None:
    """`make -n` follows each prerequisite to its recipe and runs none of them."""
    words = [word for word in shlex.split(line) if "=" not in word]
    done = subprocess.run(
        ["make", "-n", *words[1:]], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    called = {"run": "engineroom run", "test": "python -m pytest"}
    assert called[words[1]] in done.stdout


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_engineroom_command_that_a_document_names_is_one(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    spans = re.findall(r"`([^`\n]+)`", DOCUMENTS[name]) + (COMMANDS if name == "README" else [])
    for span in spans:
        words = shlex.split(span) if span.count('"') % 2 == 0 and "'" not in span else []
        if words and words[0].endswith("engineroom") and len(words) > 1:
            asked.append(words[1:])
    for words in asked:
        with pytest.raises(SystemExit) as ended:
            main([*words, "--help"])
        assert ended.value.code == 0, words


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_that_a_document_names_is_one(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)(?:[A-Z_]+=\S+ )*make ([a-z]+)", DOCUMENTS[name], re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_that_a_document_names_exists(name: str) -> None:
    rooms = "config|docs|identity|ingestion|orchestration|quality|reports|routing|tests|transform"
    spans = re.findall(r"`([^`\n]+)`", DOCUMENTS[name]) + re.findall(
        rf"(?<![\w/.])(?:{rooms})/[\w./]+\w|\b[A-Z]{{4,}}\.md", DOCUMENTS[name]
    )
    paths = [span for span in spans if re.match(rf"(?:{rooms})/", span) or span.endswith(".md")]
    assert paths
    for path in paths:
        # A recipe names a file that does not exist yet: the folder it goes to must.
        fixed = path.split("<")[0]
        folder = fixed if fixed == path else fixed.rpartition("/")[0]
        assert (PROJECT / folder).exists(), path


def test_a_recipe_s_words_are_in_the_files_it_names() -> None:
    assert "SOURCES" in (PROJECT / "ingestion/sources/__init__.py").read_text()
    assert "crm_systems" in (PROJECT / "transform/dbt_project.yml").read_text()
    assert "rules:" in (PROJECT / "config/hygiene.yml").read_text()
    assert "spend,Ad spend" in (PROJECT / "transform/seeds/headline_metrics.csv").read_text()
    assert "attribution_models" in (PROJECT / "config/attribution.yml").read_text()
    assert all("PAGE = " in path.read_text() for path in _pages())


def test_a_real_home_without_a_token_says_which_variable_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The steps of the README, by the shell's own reading of its exports."""
    exports = [line for line in COMMANDS if line.startswith("export ")]
    told = subprocess.run(
        ["bash", "-ec", "\n".join([*exports, "env"])],
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    given = dict(line.split("=", 1) for line in told.splitlines() if line.startswith("ENGINEROOM"))
    assert given["ENGINEROOM_KIND"] == "real"
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    for name in ("AS_OF", "SCALE", "SEED"):
        monkeypatch.delenv(name, raising=False)

    # The vendor is not asked from a test: that it would be, with this token, is what matters.
    asked = []
    monkeypatch.setattr(probe, "rights", lambda *told: [])
    monkeypatch.setattr(probe, "ask", lambda *told: asked.append(told) or probe.Answer("owners"))
    assert main(["sources", "check", "hubspot"]) == 0
    [(source, config, _)] = asked
    assert (source.name, config["access_token"]) == ("hubspot", "your-token")
    monkeypatch.delenv("ENGINEROOM_HUBSPOT_ACCESS_TOKEN")
    assert main(["sources", "check", "hubspot"]) == 1
    assert "ENGINEROOM_HUBSPOT_ACCESS_TOKEN" in capsys.readouterr().out


@pytest.mark.skipif(not FIRST_LIST.is_file(), reason=f"no {FIRST_LIST}; set ENGINEROOM_SHARED")
def test_the_changelog_names_every_mart_beyond_the_first_list() -> None:
    first, changes = FIRST_LIST.read_text("utf-8"), (PROJECT / "CHANGELOG.md").read_text("utf-8")
    marts = [path.stem for path in (PROJECT / "transform/models/marts").rglob("*.sql")]
    assert marts
    assert [
        mart for mart in marts if f"| {mart} |" not in first and f"`{mart}`" not in changes
    ] == []


@pytest.mark.slow
@pytest.mark.parametrize("query", QUERIES)
def test_every_query_of_the_readme_answers(query: str, published_home: Path) -> None:
    path = published_home / "published" / "current" / "engineroom.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute(query).fetchall()


@pytest.mark.slow
def test_the_readme_s_way_into_the_file_works(published_home: Path, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(published_home)
    for line in (each for each in COMMANDS if each.startswith(".venv/bin/python")):
        words = [sys.executable, *shlex.split(line)[1:]]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "rpt_channel_periods" in done.stdout


@pytest.mark.slow
def test_every_command_of_the_readme_runs_in_a_home(published_home: Path, tmp_path: Path) -> None:
    """In the order of the README; the real home's two steps have a test of their own."""
    home = whole_runs.copy_home(published_home, tmp_path / "home")
    lines = [line for line in COMMANDS if line.startswith(ENGINEROOM)]
    lines = [line for line in lines if "sources check" not in line]
    assert any("sandbox clock" in line for line in lines)
    seen = set()
    for line in lines[lines.index(f"{ENGINEROOM} sandbox clock +1d") :]:
        seen.add(line)
        done = whole_runs.command(home, *shlex.split(line)[1:])
        assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    assert set(lines) - seen <= {f"{ENGINEROOM} run", f"{ENGINEROOM} sources list"}


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("ENGINEROOM_README_MAKE"),
    reason="installs packages; set ENGINEROOM_README_MAKE=1 to run make itself",
)
def test_make_run_ends_with_a_published_report(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    ignored = shutil.ignore_patterns(".venv*", "data", ".git", "target")
    shutil.copytree(PROJECT, clone, ignore=ignored)
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH",)}
    environment = {**kept, "ENGINEROOM_HOME": str(tmp_path / "home"), "SCALE": "0.05"}
    for line in (each for each in MADE if each == "make run"):
        done = subprocess.run(shlex.split(line), cwd=clone, env=environment, check=False)
        assert done.returncode == 0
    assert (tmp_path / "home" / "published" / "current" / "report" / "index.html").exists()


def _pages() -> list[Path]:
    folder = PROJECT / "reports" / "pages"
    return [path for path in folder.glob("*.py") if path.name != "__init__.py"]

"""Each fault on each address of each source: exact rows, quarantine with a reason, or a red load.

A sixth of the pairs of source and fault, on one address each, runs always; the whole matrix is in
`make chaos`. The harness proves itself: without the guards it turns red.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zlib import crc32

import pytest
from fault_matrix import EVERY, READ, addresses, judge, read
from live_sandbox import Live, serving

from ingestion import pages
from ingestion.convert import CONVERT
from ingestion.http import Session
from ingestion.pages import Paging
from ingestion.sources import SOURCES
from orchestration import ingest


@pytest.fixture(scope="module")
def tiny() -> Iterator[Live]:
    with serving(seed=11, scale=0.004) as live:
        yield live


@pytest.fixture(scope="module")
def whole(tiny: Live, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """What an undisturbed load of a source finds; read once."""
    known: dict[str, Any] = {}

    def found(source: str) -> Any:
        if source not in known:
            known[source] = read(tiny, source, tmp_path_factory.mktemp(source))
        return known[source]

    return found


# Each fault meets a sixth of the sources, each source a sixth of the faults; which, its name says,
# so that a new source moves no other's.
STEP = 6
PAIRS = [
    pytest.param(source, fault, (crc32(source.encode()) + turn) // STEP, id=f"{source} {fault}")
    for source in READ
    for turn, fault in enumerate(EVERY)
    if (crc32(source.encode()) + turn) % STEP == 0
]


@pytest.mark.parametrize("source", READ)
def test_an_undisturbed_load_agrees_with_the_totals_that_the_vendor_states(
    whole: Any, source: str
) -> None:
    totals = whole(source).totals
    assert totals or source not in ("hubspot", "google_ads", "meta_ads")
    judged = ingest._totals(SOURCES[source], SimpleNamespace(totals=totals))
    assert judged.passed, judged.metadata["message"]


@pytest.mark.parametrize(("source", "fault", "turn"), PAIRS)
def test_no_row_is_lost_in_silence(
    tiny: Live, whole: Any, tmp_path: Path, source: str, fault: str, turn: int
) -> None:
    listed = addresses(whole(source))
    judge(tiny, source, listed[turn % len(listed)], fault, whole(source), tmp_path)


@pytest.mark.chaos
@pytest.mark.parametrize("fault", EVERY)
@pytest.mark.parametrize("source", READ)
def test_no_row_is_lost_on_any_address(
    tiny: Live, whole: Any, tmp_path: Path, source: str, fault: str
) -> None:
    for number, address in enumerate(addresses(whole(source))):
        folder = tmp_path / str(number)
        folder.mkdir()
        judge(tiny, source, address, fault, whole(source), folder)


def test_every_fault_and_every_source_is_in_the_slice() -> None:
    assert {each.values[0] for each in PAIRS} == set(READ)
    assert {each.values[1] for each in PAIRS} == set(EVERY)


def _everywhere(patch: pytest.MonkeyPatch, function: Any, instead: Any) -> None:
    """Put another function in the place of one that many modules import by its name."""
    for module in [each for name, each in sys.modules.items() if name.startswith("ingestion.")]:
        for name, value in list(vars(module).items()):
            if value is function:
                patch.setattr(module, name, instead)


def _finds(live: Live, whole: Any, folder: Path, source: str, fault: str) -> bool:
    """Whether the harness turns red on any address of a source."""
    for number, address in enumerate(addresses(whole(source))):
        target = folder / f"{source}-{number}"
        target.mkdir()
        try:
            judge(live, source, address, fault, whole(source), target)
        except AssertionError:
            return True
    return False


@pytest.mark.parametrize(
    ("source", "fault"), [("mailchimp", "skipped_row"), ("linkedin_pages", "empty_page")]
)
def test_without_the_page_contract_it_turns_red(
    tiny: Live,
    whole: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    fault: str,
) -> None:
    whole(source)

    def once(where: str, read_pages: Any) -> Any:
        return (records for records, _ in read_pages(Paging(where)))

    def unsure(ask: Any, selector: str, where: str, *_: Any) -> Any:
        body = ask()
        return pages.rows_of(body, selector, where), body

    _everywhere(monkeypatch, pages.whole, once)
    _everywhere(monkeypatch, pages.sure, unsure)
    monkeypatch.setattr(Paging, "add", lambda *_, **__: None)
    monkeypatch.setattr(Paging, "met", lambda *_: None)
    assert _finds(tiny, whole, tmp_path, source, fault)


@pytest.mark.parametrize("source", READ)
def test_without_the_origin_guard_it_turns_red(
    tiny: Live, whole: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    whole(source)
    monkeypatch.setattr(Session, "_own", lambda _, url: url)
    assert _finds(tiny, whole, tmp_path, source, "redirect_elsewhere")


def test_without_types_it_turns_red(
    tiny: Live, whole: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole("mailchimp")
    monkeypatch.setattr("ingestion.typed.CONVERT", {**CONVERT, "bigint": lambda _: None})
    assert _finds(tiny, whole, tmp_path, "mailchimp", "text_for_number")

"""Dropped web event files: what is read, what is left at the door, and what is refused."""

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import duckdb
import pyarrow as pa
import pytest

from ingestion.contract import Bad, Extraction, Page
from ingestion.errors import LoadFailed
from ingestion.http import Session
from ingestion.pipeline import load
from ingestion.sources import web_events

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
EVENT = {
    "messageId": "e1",
    "type": "page",
    "anonymousId": "v1",
    "timestamp": "2026-06-30T10:00:00Z",
    "context": {
        "ip": "192.0.2.7",
        "userAgent": "Browser 1.0",
        "campaign": {"name": "Spring", "source": "google"},
        "consent": {"categoryPreferences": {"analytics": False}},
    },
    "properties": {"url": "https://www.corp.example/?gclid=AbC-_1&utm_medium=cpc", "plan": "pro"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "web_events"
    made.mkdir()
    return made


def drop(folder: Path, *lines: bytes, name: str = "a.jsonl.gz") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    return path


def line(**changes: Any) -> bytes:
    return json.dumps({**EVENT, **changes}).encode()


def read(folder: Path, state: dict[str, Any] | None = None) -> tuple[list[Any], Extraction]:
    config = {"inbox": str(folder.parent)}
    ctx = Extraction(config, cast("Session", None), NOW, {} if state is None else state)
    return list(web_events.extract(ctx)), ctx


def events(found: list[Any]) -> list[dict[str, Any]]:
    pages = [each.rows for each in found if isinstance(each, Page)]
    listed = [page.to_pylist() if isinstance(page, pa.Table) else page for page in pages]
    return [row for page in listed for row in page]


def test_an_event_keeps_its_tags_and_click_id_and_loses_address_and_browser(folder: Path) -> None:
    drop(folder, line())
    found, ctx = read(folder)
    (row,) = events(found)
    assert (row["utm_campaign"], row["utm_source"], row["utm_medium"]) == (
        "Spring",
        "google",
        "cpc",
    )
    assert row["gclid"] == "AbC-_1"
    assert row["consent_analytics"] is False
    assert row["consent_marketing"] is None
    assert json.loads(row["properties"]) == {"plan": "pro"}
    assert not any(text in repr(row) for text in ("192.0.2.7", "Browser"))
    assert ctx.counted == {
        ("events", "", "dropped_ip"): 1,
        ("events", "", "dropped_useragent"): 1,
    }


def test_a_file_is_read_once_and_again_when_it_changed(folder: Path) -> None:
    drop(folder, line())
    state: dict[str, Any] = {}
    assert len(events(read(folder, state)[0])) == 1
    assert events(read(folder, state)[0]) == []
    drop(folder, line(), line(messageId="e2"))
    assert len(events(read(folder, state)[0])) == 2


def test_broken_lines_are_quarantined_with_their_number_and_the_rest_is_read(folder: Path) -> None:
    drop(folder, b"{cut", b"[1]", b"\xff\xfe", line())
    found, _ = read(folder)
    bad = [each for each in found if isinstance(each, Bad)]
    assert [each.reason for each in bad] == [
        f"a.jsonl.gz line {number}: no JSON object" for number in (1, 2, 3)
    ]
    assert len(events(found)) == 1


def test_a_byte_order_mark_costs_no_event(folder: Path) -> None:
    drop(folder, b"\xef\xbb\xbf" + line())
    assert len(events(read(folder)[0])) == 1


def test_an_overlong_line_is_one_short_quarantined_row(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_events, "MAX_LINE", 1000)
    monkeypatch.setattr(web_events, "MAX_QUOTED", 100)
    # The last piece of the long line is an event by itself: it must not pass for one.
    drop(folder, b" " * 3000 + line(), line(messageId="e2"))
    found, _ = read(folder)
    (bad,) = [each for each in found if isinstance(each, Bad)]
    assert "longer than a line may be" in bad.reason
    assert len(bad.body) == 100
    assert [row["message_id"] for row in events(found)] == ["e2"]


def test_a_bomb_is_refused_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_events, "MAX_UNPACKED", 10_000)
    drop(folder, b"\0" * 20_000)
    with pytest.raises(LoadFailed, match=r"a\.jsonl\.gz unpacks to more"):
        read(folder)


def test_a_file_of_other_lines_is_refused_before_it_fills_the_quarantine(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_events, "MAX_BAD_LINES", 3)
    drop(folder, *[b"x"] * 5)
    state: dict[str, Any] = {}
    with pytest.raises(LoadFailed, match="no event file"):
        read(folder, state)
    assert state == {}


def test_a_cut_archive_is_refused_and_stays_unread(folder: Path) -> None:
    path = drop(folder, *[line(messageId=str(number)) for number in range(500)])
    path.write_bytes(path.read_bytes()[:-20])
    state: dict[str, Any] = {}
    with pytest.raises(LoadFailed, match="cannot be unpacked"):
        read(folder, state)
    assert state == {}


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_plain_file_is_refused(folder: Path, kind: str) -> None:
    odd = folder / "b.jsonl"
    if kind == "link":
        outside = folder.parent / "secret.jsonl"
        outside.write_bytes(line())
        odd.symlink_to(outside)
    elif kind == "pipe":
        os.mkfifo(odd)
    else:
        odd.mkdir()
    with pytest.raises(LoadFailed, match=r"b\.jsonl is no plain file"):
        read(folder)


def stored(folder: Path) -> tuple[Any, list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Load the folder and return the report, the raw events and the quarantine."""
    home = folder.parent / "home"
    report = load(
        "web_events",
        warehouse=home / "w.duckdb",
        work=home / "work",
        pipelines=home / "dlt",
        config={"inbox": str(folder.parent)},
        as_of=NOW,
        run_id="run",
    )
    with duckdb.connect(str(home / "w.duckdb")) as connection:
        rows = connection.execute(
            "select message_id, event, occurred_at, consent_analytics, properties "
            "from raw_web_events.events order by 1"
        ).fetchall()
        bad = connection.execute("select reason from quarantine.web_events order by 1").fetchall()
    return report, rows, bad


AT = datetime(2026, 6, 30, 10)


def test_a_page_that_fits_is_handed_over_as_columns_and_any_other_row_by_row(folder: Path) -> None:
    drop(folder, line())
    [page] = [each for each in read(folder)[0] if isinstance(each, Page)]
    assert isinstance(page.rows, pa.Table)

    drop(folder, line(), line(messageId="e2", event=7))
    [page] = [each for each in read(folder)[0] if isinstance(each, Page)]
    assert isinstance(page.rows, list)


def test_columns_and_rows_store_the_same(folder: Path) -> None:
    drop(folder, line(), line(messageId="e2", timestamp="2026-06-30T12:00:00+02:00"))
    drop(folder, line(messageId="e3", event=7), name="b.jsonl.gz")
    report, rows, bad = stored(folder)
    plan = '{"plan": "pro"}'
    assert rows == [
        ("e1", None, AT, False, plan),
        ("e2", None, AT, False, plan),
        ("e3", "7", AT, False, plan),
    ]
    assert bad == []
    assert report.drift["events", "", "dropped_ip"] == 3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"timestamp": "yesterday"}, "occurred_at: text that is no instant"),
        (
            {"timestamp": "0001-01-01T00:00:00Z"},
            "occurred_at: an instant before 1900 or after 2199",
        ),
        ({"messageId": None}, "message_id: the key is empty"),
        ({"type": ["page"]}, "type: a nested value where text is declared"),
    ],
)
def test_a_value_that_does_not_fit_costs_its_own_row_only(
    folder: Path, changes: dict[str, Any], reason: str
) -> None:
    drop(folder, line(messageId="good"), line(**changes))
    report, rows, bad = stored(folder)
    assert [row[0] for row in rows] == ["good"]
    assert bad == [(reason,)]
    assert report.tables["events"].adds_up


def test_a_nul_is_taken_out_and_counted_in_columns_too(folder: Path) -> None:
    drop(folder, line(event="a\x00b"))
    report, rows, _ = stored(folder)
    assert rows[0][1] == "ab"
    assert report.drift["events", "event", "nul_byte"] == 1


def test_an_event_that_comes_twice_in_one_load_is_kept_once(folder: Path) -> None:
    drop(folder, line(), line(event="later"))
    report, rows, _ = stored(folder)
    assert (rows[0][1], report.tables["events"].deduplicated) == ("later", 1)

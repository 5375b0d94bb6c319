"""An inbox in an object store: only what changed is fetched, and nothing odd is followed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from inbox import MAPPING, PEOPLE, Inbox

from ingestion.errors import LoadFailed
from ingestion.sources.file_drops import store

ADDRESS = "memory://bucket/drops"


class Bucket:
    """A store in memory that remembers what was fetched."""

    def __init__(self) -> None:
        self.wire = fsspec.filesystem("memory")
        self.fetched: list[str] = []

    def put(self, name: str, text: str | bytes) -> None:
        content = text if isinstance(text, bytes) else text.encode()
        self.wire.pipe_file(f"/bucket/drops/{name}", content)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    made = Bucket()
    opened = made.wire.open

    def watched(path: str, mode: str = "rb", **told: Any) -> Any:
        if mode == "rb":
            made.fetched.append(path.rpartition("/")[2])
        return opened(path, mode, **told)

    monkeypatch.setattr(type(made.wire), "open", lambda _, *args, **told: watched(*args, **told))
    yield made
    made.wire.store.clear()
    made.wire.pseudo_dirs[:] = [""]


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    made = Inbox(tmp_path)
    made.map(MAPPING)
    return made


def test_files_of_a_store_are_read_like_those_of_a_folder(inbox: Inbox, bucket: Bucket) -> None:
    bucket.put("toy/people.csv", PEOPLE)
    bucket.put("toy/firms.csv", "id,name\nf1,Corp\n")
    found = inbox.read(inbox=ADDRESS)
    wanted = "source_record_id company_name file_name"
    assert found.values("contacts", wanted) == [("1", "Corp", "people.csv")]
    assert list((inbox.root / "work" / "file_drops").iterdir()) == []


def test_only_what_is_new_is_fetched_again(inbox: Inbox, bucket: Bucket) -> None:
    bucket.put("toy/people_1.csv", PEOPLE)
    bucket.put("toy/people_2.csv", PEOPLE)
    bucket.put("toy/firms.csv", "id,name\nf1,Corp\n")
    state: dict[str, Any] = {}
    inbox.read(state, inbox=ADDRESS)
    bucket.fetched.clear()
    assert inbox.read(state, inbox=ADDRESS).rows == {}
    assert bucket.fetched == []

    bucket.put("toy/people_2.csv", PEOPLE.replace("ada", "eva"))
    assert inbox.read(state, inbox=ADDRESS).values("contacts", "email") == [("eva@corp.example",)]
    assert bucket.fetched == ["firms.csv", "people_2.csv"]


@pytest.mark.parametrize("tag", ["ETag", "etag", "md5Hash", "generation"])
def test_the_tag_of_a_store_says_whether_an_object_is_another(
    inbox: Inbox, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tag: str
) -> None:
    bucket.put("toy/people.csv", PEOPLE)
    bucket.put("toy/firms.csv", "id,name\nf1,Corp\n")
    listed = type(bucket.wire).ls
    told = {"tag": "a", "at": 1}

    def ls(wire: Any, path: str, **kwargs: Any) -> list[dict[str, Any]]:
        found = listed(wire, path, **kwargs)
        return [{**each, tag: told["tag"], "created": told["at"]} for each in found]

    monkeypatch.setattr(type(bucket.wire), "ls", ls)
    state: dict[str, Any] = {}
    inbox.read(state, inbox=ADDRESS)
    told["at"] = 2
    assert inbox.read(state, inbox=ADDRESS).rows == {}
    told["tag"] = "b"
    assert len(inbox.read(state, inbox=ADDRESS).rows["contacts"]) == 1


def test_a_file_that_is_larger_than_the_place_is_refused_before_it_is_fetched(
    inbox: Inbox, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_FETCHED", 20)
    bucket.put("toy/people.csv", PEOPLE)
    bucket.put("toy/firms.csv", "id,name\n")
    with pytest.raises(LoadFailed, match=r"toy/people\.csv has 77 bytes, more than the 20"):
        inbox.read(inbox=ADDRESS)
    assert "people.csv" not in bucket.fetched


def test_an_object_that_comes_in_part_is_no_file(
    inbox: Inbox, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("toy/people.csv", PEOPLE)
    bucket.put("toy/firms.csv", "id,name\nf1,Corp\n")
    listed = type(bucket.wire).ls
    monkeypatch.setattr(
        type(bucket.wire),
        "ls",
        lambda wire, path, **told: [
            {**each, "size": each["size"] + 5} for each in listed(wire, path, **told)
        ],
    )
    with pytest.raises(LoadFailed, match="where the store says 21: it changed meanwhile"):
        inbox.read(inbox=ADDRESS)


@pytest.mark.parametrize("name", ["../people.csv", "/etc/people.csv", "a\\people.csv", "p\n.csv"])
def test_a_name_that_leads_elsewhere_is_refused(
    inbox: Inbox, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    bucket.put("toy/people.csv", PEOPLE)
    listed = type(bucket.wire).ls

    def ls(wire: Any, path: str, **told: Any) -> list[dict[str, Any]]:
        found = listed(wire, path, **told)
        shown = name if name.startswith("/") else f"/bucket/drops/toy/{name}"
        return [{**each, "name": shown} if each["type"] == "file" else each for each in found]

    monkeypatch.setattr(type(bucket.wire), "ls", ls)
    with pytest.raises(LoadFailed, match="the store holds the odd name"):
        inbox.read(inbox=ADDRESS)
    assert bucket.fetched == []


def test_a_file_beside_the_folders_is_told(inbox: Inbox, bucket: Bucket) -> None:
    bucket.put("people.csv", PEOPLE)
    with pytest.raises(LoadFailed, match=r"people.csv lies loose in the inbox"):
        inbox.read(inbox=ADDRESS)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("s3://bucket/drops", "no driver for s3:// is installed .* `pip install s3fs`"),
        ("s3://key:secret@bucket/drops", "holds a password or a token"),
        ("https://x.example/drops?sig=secret", "holds a password or a token"),
        ("file:///etc", "one address of a store"),
        ("simplecache::s3://bucket", "one address of a store"),
        ("nothing://bucket", "nothing:// cannot be opened"),
        ("memory://bucket/none", "/none  cannot be listed .FileNotFoundError"),
    ],
)
def test_an_address_that_cannot_be_read_is_told_without_its_secret(
    inbox: Inbox, address: str, said: str
) -> None:
    with pytest.raises(LoadFailed, match=said) as refused:
        inbox.read(inbox=address)
    assert "secret" not in str(refused.value)


def test_the_words_of_a_store_are_not_repeated(
    inbox: Inbox, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError("https://bucket.example/?X-Amz-Signature=secret")

    monkeypatch.setattr(type(bucket.wire), "ls", refuse)
    with pytest.raises(LoadFailed, match=r"cannot be listed \(PermissionError\)") as refused:
        inbox.read(inbox=ADDRESS)
    assert "secret" not in str(refused.value)

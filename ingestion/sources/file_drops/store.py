"""An inbox in an object store, by any address that fsspec knows (s3://, gs://, az:// and others).

The store's driver and its credentials are the user's: the driver is installed beside the platform,
and finds its credentials in the environment, never in an address. One file at a time is fetched,
and only one whose name, size or tag is new.
"""

import re
import shutil
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import fsspec

from ingestion.errors import LoadFailed
from ingestion.sources.file_drops.places import is_ours, loose
from ingestion.sources.file_drops.reader import REMEDY, refuse_odd

MAX_FETCHED = 4 * 1024**3
MAX_LISTED = 100_000
_CHUNK = 1024**2
_PLAIN_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]{1,200}")
# What stores call the mark of an object's content: S3 and Azure, then Google.
_TAGS = ("ETag", "etag", "md5Hash", "generation")


class StoreInbox:
    """The folders right under an address."""

    def __init__(self, address: str, fetched: Path) -> None:
        self._address, self._fetched = address, fetched
        self._store, self._root = _opened(address)
        self._held: dict[str, dict[str, dict[str, Any]]] = {}

    def folders(self) -> list[str]:
        """Return the folders; raises LoadFailed where an object lies loose beside them."""
        found = self._listed(self._root)
        for name, each in found.items():
            if is_ours(name) and each["type"] != "directory":
                raise loose(name)
        return sorted(name for name in found if is_ours(name))

    def names(self, folder: str) -> list[str]:
        """Return the objects right in a folder, listed once; what lies deeper is not looked at."""
        if folder not in self._held:
            found = self._listed(f"{self._root}/{folder}").items()
            self._held[folder] = {name: each for name, each in found if each["type"] != "directory"}
        return sorted(self._held[folder])

    def mark(self, folder: str, name: str) -> str:
        """Return name, size and the store's tag of an object, or all that it says of it."""
        told = self._held[folder][name]
        tag = next((str(told[key]) for key in _TAGS if told.get(key)), None)
        return f"{name}|{told.get('size')}|{tag or sorted(map(str, told.items()))}"

    def path(self, folder: str, name: str) -> Path:
        """Fetch an object in place of the last; raises LoadFailed where it is not whole."""
        told = self._held[folder][name]
        size = int(told.get("size") or 0)
        if size > MAX_FETCHED:
            raise LoadFailed(
                f"file_drops: {folder}/{name} has {size:,} bytes, more than the {MAX_FETCHED:,} "
                f"that are fetched. {REMEDY}"
            )
        shutil.rmtree(self._fetched, ignore_errors=True)
        self._fetched.mkdir(parents=True)
        path = self._fetched / name
        try:
            with self._store.open(told["name"], "rb") as source, path.open("xb") as target:
                written = 0
                while written <= size and (chunk := source.read(_CHUNK)):
                    written += target.write(chunk)
        except Exception as error:
            raise self._refused("fetched", f"{folder}/{name}", error) from error
        if written != size:
            raise LoadFailed(
                f"file_drops: {folder}/{name} came with {written:,} bytes where the store says "
                f"{size:,}: it changed meanwhile, or came in part. Run again."
            )
        refuse_odd(path, self._fetched)
        return path

    def _listed(self, place: str) -> dict[str, dict[str, Any]]:
        """Return what lies right under a place by its own name; raises on names that mislead."""
        try:
            self._store.invalidate_cache()
            found = self._store.ls(place, detail=True)
        except Exception as error:
            raise self._refused("listed", place.removeprefix(self._root), error) from error
        if len(found) > MAX_LISTED:
            raise LoadFailed(
                f"file_drops: {self._address} holds more than {MAX_LISTED:,} objects in one "
                "folder. Move away those that are read."
            )
        named = {}
        for each in found:
            key = str(each["name"]).rstrip("/")
            if key.strip("/") == place.strip("/"):
                continue  # the folder itself, which some stores keep as an empty object
            name = PurePosixPath(key).name
            if not _PLAIN_NAME.fullmatch(name) or not key.strip("/").endswith(
                f"{place.strip('/')}/{name}"
            ):
                raise LoadFailed(
                    f"file_drops: the store holds the odd name {key[-60:]!r}. Rename it, then run "
                    "again."
                )
            if not name.startswith("."):
                named[name] = each
        return named

    def _refused(self, what: str, which: str, error: Exception) -> LoadFailed:
        """Return what went wrong without the store's own words, which may hold a signed address."""
        return LoadFailed(
            f"file_drops: {self._address} {which} cannot be {what} ({type(error).__name__}). "
            "Check the address, and the credentials that the store's driver finds in the "
            "environment."
        )


def _opened(address: str) -> tuple[Any, str]:
    parts = urlsplit(address)
    if "::" in address or parts.scheme in ("file", "local"):
        raise LoadFailed(
            "file_drops: inbox is one address of a store, such as s3://bucket/folder, or is left "
            "out for the home's own folder."
        )
    if parts.password or parts.query:
        raise LoadFailed(
            "file_drops: the address of the inbox holds a password or a token. Take it out of "
            "config/sources.yml: the store's driver finds credentials in the environment."
        )
    try:
        store, root = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise LoadFailed(
            f"file_drops: no driver for {parts.scheme}:// is installed ({error}). Install it "
            "beside the platform, such as `pip install s3fs` (gcsfs, adlfs), then run again."
        ) from error
    except Exception as error:
        raise LoadFailed(
            f"file_drops: {parts.scheme}:// cannot be opened ({type(error).__name__}). Check "
            "inbox in config/sources.yml, and the credentials in the environment."
        ) from error
    return store, str(root).rstrip("/")

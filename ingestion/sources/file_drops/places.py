"""Where dropped files lie: folders of the home's inbox, or of an object store (see store.py)."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from ingestion.errors import LoadFailed
from ingestion.sources.file_drops.reader import open_plain, refuse_odd

# Folders of the inbox that have a source of their own.
_NOT_OURS = {"web_events"}


class Inbox(Protocol):
    """Folders with files, which a load may look at one after the other."""

    def folders(self) -> list[str]:
        """Return the names of the folders, sorted."""
        ...

    def names(self, folder: str) -> list[str]:
        """Return the names of what lies in a folder, sorted, less what is hidden."""
        ...

    def mark(self, folder: str, name: str) -> str:
        """Return what changes whenever the file does; raises LoadFailed on an odd file."""
        ...

    def path(self, folder: str, name: str) -> Path:
        """Return the file on this machine, where it stays until another is asked for."""
        ...


def is_ours(folder: str) -> bool:
    """Return whether a folder of the inbox is one for dropped files."""
    return folder not in _NOT_OURS and not folder.startswith(".")


class LocalInbox:
    """The inbox of a home."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def folders(self) -> list[str]:
        """Return the folders; raises LoadFailed where a file lies loose beside them."""
        found = sorted(self._root.iterdir()) if self._root.is_dir() else []
        for each in found:
            if is_ours(each.name) and (each.is_symlink() or not each.is_dir()):
                raise loose(each.name)
        return [each.name for each in found if is_ours(each.name)]

    def names(self, folder: str) -> list[str]:
        """Return what lies in a folder."""
        found = (each.name for each in (self._root / folder).iterdir())
        return sorted(name for name in found if not name.startswith("."))

    def mark(self, folder: str, name: str) -> str:
        """Return the digest of a file."""
        with open_plain(self.path(folder, name)) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def path(self, folder: str, name: str) -> Path:
        """Return the file itself, looked at closely."""
        path = self._root / folder / name
        refuse_odd(path, self._root)
        return path


def loose(name: str) -> LoadFailed:
    """Return the refusal of a file that lies in no folder."""
    return LoadFailed(
        f"file_drops: {name} lies loose in the inbox. Put it in a folder named like its mapping "
        "in config/file_drops."
    )


def inbox_of(config: Mapping[str, Any], fetched: Path) -> Inbox:
    """Return the inbox that a configuration names; files of a store are fetched to `fetched`."""
    told = str(config["inbox"])
    if "://" not in told:
        return LocalInbox(Path(told))
    from ingestion.sources.file_drops.store import StoreInbox

    return StoreInbox(told, fetched)

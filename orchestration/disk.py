"""Recognises a full disk in whatever words a tool has for it, and says what to do."""

import shutil

from orchestration.settings import Settings

# The kernel's words (no space, a quota, a file limit) and SQLite's own.
_FULL = ("No space left", "Disk quota exceeded", "File too large", "database or disk is full")
# With less than this left an error of any words is the disk's: where SQLite cannot grow its journal
# it says "disk I/O error".
LEAST_FREE = 16 * 1024 * 1024


def is_full(settings: Settings, text: str) -> bool:
    """Whether an error's text says that the disk is full, or nothing is left of it."""
    return any(words in text for words in _FULL) or free(settings) < LEAST_FREE


def free(settings: Settings) -> int:
    """Return the free bytes on the disk of the home, which need not exist yet."""
    folder = settings.home
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def explained(settings: Settings, text: str) -> str:
    """Return the text, with the remedy before it where the disk is full."""
    if not is_full(settings, text):
        return text
    return (
        f"the disk of {settings.home} is full: free some space (`engineroom doctor` says how much "
        f"a run wants) and run again; nothing that was loaded or published is lost. {text}"
    )

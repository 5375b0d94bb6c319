"""Recognises a full disk in whatever words a tool has for it, and says what to do."""

from orchestration.settings import Settings

# The kernel's words (no space, a quota, a file limit) and SQLite's own.
_FULL = ("No space left", "Disk quota exceeded", "File too large", "database or disk is full")


def is_full(text: str) -> bool:
    """Whether an error's text says that the disk is full."""
    return any(words in text for words in _FULL)


def explained(settings: Settings, text: str) -> str:
    """Return the text, with the remedy before it where the disk is full."""
    if not is_full(text):
        return text
    return (
        f"the disk of {settings.home} is full: free some space (`engineroom doctor` says how much "
        f"a run wants) and run again; nothing that was loaded or published is lost. {text}"
    )

"""Slips of the keyboard."""

from collections.abc import Iterator

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"


def one_slip(label: str) -> Iterator[str]:
    """A letter dropped, doubled, wrong or one too many, or two neighbours swapped."""
    for spot in range(len(label) + 1):
        head, tail = label[:spot], label[spot:]
        yield from (f"{head}{letter}{tail}" for letter in _LETTERS)
        if tail:
            yield head + tail[1:]
            yield from (f"{head}{letter}{tail[1:]}" for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]

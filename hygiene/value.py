"""What a normaliser returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Value:
    """A value in its one form, null where there is none; what is wrong; what was probably meant.

    `parts` are the further columns of its kind. A suggestion is for people to accept: nothing that
    is sent to or matched by ever takes it.
    """

    normalised: str | None = None
    problem: str | None = None
    suggestion: str | None = None
    parts: Mapping[str, str | bool | None] = field(default_factory=dict)


# Raw text and its context (a country, a role; empty where there is none) to its value.
Normaliser = Callable[[str, str], Value]

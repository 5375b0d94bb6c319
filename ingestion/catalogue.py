"""What a source says of itself to people: the template of its settings is made from it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """A key of a source's block in `config/sources.yml`: its default, and what it is for.

    A default of None is the user's to state, or may be left out.
    """

    key: str
    default: str | int | float | bool | None
    says: str

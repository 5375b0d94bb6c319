"""What a source says of itself to people: its settings, its API's version, what it cannot see.

The catalogue page, the settings template and the checks of versions are made from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Setting:
    """A key of a source's block in `config/sources.yml`: its default, and what it is for.

    A default of None is the user's to state, or may be left out.
    """

    key: str
    default: str | int | float | bool | None
    says: str


@dataclass(frozen=True)
class Api:
    """The version of an API that is spoken, the day it ends, and who said so.

    `sunset` is None where the vendor has announced no end; `stated_by` then says where that was
    looked up, or by what rule of the vendor the day was reckoned.
    """

    version: str
    sunset: date | None
    stated_by: str

    def ends_within(self, on: date, warn_days: Sequence[int]) -> int | None:
        """Return the least of `warn_days` that the end lies within on a day, 0 once it has come.

        None is further away than all of them, or no end at all.
        """
        if self.sunset is None:
            return None
        left = (self.sunset - on).days
        return 0 if left <= 0 else min((days for days in warn_days if left <= days), default=None)


@dataclass(frozen=True)
class Notes:
    """What a reader of a source should know, each in a sentence or two.

    `reads` says which objects come. `cursor` how a load knows what is new, `lookback` what is read
    again and why, `limits` the vendor's limits and how they are kept, `scopes` each right that is
    needed with what it is for, `blind` what cannot be seen.
    """

    reads: str
    cursor: str
    lookback: str
    limits: str
    scopes: tuple[tuple[str, str], ...] = ()
    blind: tuple[str, ...] = ()

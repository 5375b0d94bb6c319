"""One generator for short draws: making a Random of a text seeds it twice and fills 2.5 kB.

SCALE=1 draws for half a million (mail, person) and event keys; the bytes drawn are the same.
"""

from hashlib import sha512
from random import Random

_DICE = Random(0)


def dice(text: str) -> Random:
    """Return the generator that `Random(text)` would be, good until the next call of dice."""
    seed = text.encode()
    _DICE.seed(int.from_bytes(seed + sha512(seed).digest(), "big"))
    return _DICE

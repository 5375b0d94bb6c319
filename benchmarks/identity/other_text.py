"""Texts of the other company as its people write them: names, numbers, streets, slips."""

import unicodedata
from pathlib import Path
from random import Random

import yaml

POOLS = yaml.safe_load(Path(__file__).with_name("other_names.yml").read_text("utf-8"))
FIRST, LAST, TRADES, STREETS = (POOLS[n].split() for n in ("first", "last", "trades", "streets"))


class Writer:
    """Draws texts from one stream."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def name(self, names: list[str]) -> str:
        """Draw a name; the first of a pool are the most common."""
        weights = [1 / (rank + 6) for rank in range(len(names))]
        return self.random.choices(names, weights)[0]

    def tagged(self, email: str) -> str:
        """Return the address, now and then with a tag."""
        local, _, host = email.partition("@")
        tag = self.random.choice(("", "", "", "+events", "+crm"))
        return f"{local}{tag}@{host}" if host else ""

    def slip(self, word: str) -> str:
        """Return a word with one slip of the hand."""
        if len(word) < 4:
            return word
        spot = self.random.randrange(1, len(word))
        letter = word[spot].lower()
        match self.random.randrange(3):
            case 0:
                return word[:spot] + POOLS["beside"].get(letter, letter) + word[spot + 1 :]
            case 1:
                return word[:spot] + letter + word[spot:]
            case _:
                return word[:spot] + word[spot + 1 :]

    def phone(self, pattern: str) -> str:
        """Draw a number of a country's pattern."""
        # No number begins with 0 or 1 after its area.
        return "".join(str(self.random.randrange(2, 10)) if c == "#" else c for c in pattern)

    def street(self) -> str:
        """Draw a house and its street."""
        return f"{self.random.randrange(1, 200)} {self.random.choice(STREETS)} Street"

    def free(self) -> str:
        """Draw a free-mail host."""
        return self.random.choice(POOLS["free"])


def plain(name: str) -> str:
    """The local part that a mail administrator would make of a name."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(str.maketrans("łøđ", "lod")))
    return "".join(each for each in plain if each.isascii() and each.isalpha())

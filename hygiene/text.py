"""Text without what nobody sees, and text for looking up."""

import re
import unicodedata

# What no value of a CRM reaches; longer is a file or a page in the wrong field.
LONGEST = 400
# Marks of direction, joiners and soft hyphens: copied along unseen, and no two values are alike.
_UNSEEN: dict[int, str | None] = dict.fromkeys(
    [0x00AD, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]
)
_UNSEEN.update(dict.fromkeys(range(0x2060, 0x2070)))
# One letter that is two: its capital is not the capital of either.
_UNSEEN[0x0149] = "\u02bcn"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NO_WORD = re.compile(r"[\W_]+")
_BROKEN = re.compile(r"[ÃÂâ][\u0080-\u00bf€™œžŸŠ‚ƒ„…†‡ˆ‰‹Œ‘’“”•–—˜š›¡-¿]|\ufffd")


def clean(text: str) -> str:
    """Return the text composed, without control and unseen characters, blanks single and none
    around it.

    The same text again gives the same: composing comes last, as what is taken out may part letters
    and their accents.
    """
    seen = _CONTROL.sub(" ", text.translate(_UNSEEN))
    return " ".join(unicodedata.normalize("NFC", seen).split())


def fold(text: str) -> str:
    """Return words for looking up: lower case, no accents, no punctuation, single blanks."""
    # Twice, as some letters are capitals only once they are taken apart.
    parted = unicodedata.normalize("NFKD", text).casefold().replace("ı", "i")
    plain = unicodedata.normalize("NFKD", parted)
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    return _NO_WORD.sub(" ", bare.translate(_STROKES)).strip()


_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def is_broken(text: str) -> bool:
    """Whether the text was written in one encoding and read in another (`MÃ¼ller`).

    Ask it of the text as it came: what is unseen is half of the signs.
    """
    return _BROKEN.search(text[:LONGEST]) is not None


def mended(text: str) -> str | None:
    """Return a broken text as it was written, null where it cannot be told."""
    for encoding in ("cp1252", "latin-1"):
        try:
            found = clean(text.encode(encoding).decode("utf-8"))
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if found != text and not is_broken(found):
            return found
    return None

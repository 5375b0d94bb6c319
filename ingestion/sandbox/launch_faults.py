"""What goes wrong with a launch's approvals, its link and its budget, and for which launches.

Drawn from a stream of its own, a set number of each, so that every company has some.
"""

from dataclasses import dataclass
from random import Random

LINK = "https://www.fathom.example/webinar?utm_source=linkedin&utm_medium=social&utm_campaign="
MISSING, LATE, EARLY_PAGE = "approval_missing", "approval_late", "page_before_approval"
_EACH = 5
_BAD_LINKS = 8
_BAD_BUDGETS = 5


@dataclass(frozen=True)
class Faults:
    """The fault of a launch's approvals, "" for none; whether its link and its budget are wrong."""

    approval: str = ""
    has_bad_link: bool = False
    lacks_budget: bool = False


NONE = Faults()


def faults_of(seed: int, numbers: list[int]) -> dict[int, Faults]:
    """Return the faults of the launches of these numbers."""
    rng = Random(f"{seed}/launch/faults")
    chosen = rng.sample(numbers, 3 * _EACH)
    approvals = {
        number: kind
        for place, kind in enumerate((MISSING, LATE, EARLY_PAGE))
        for number in chosen[place * _EACH : (place + 1) * _EACH]
    }
    links = set(rng.sample(numbers, _BAD_LINKS))
    budgets = set(rng.sample(numbers, _BAD_BUDGETS))
    return {
        number: Faults(approvals.get(number, ""), number in links, number in budgets)
        for number in numbers
    }


def link_of(seed: int, number: int, slug: str, *, is_bad: bool) -> str:
    """Return the tagged link of a launch; a bad one misspells or lacks what reports go by."""
    link = LINK + slug
    if not is_bad:
        return link
    rng = Random(f"{seed}/launch/{number}/link")
    place = rng.randrange(2, len(slug) - 2)
    return rng.choice(
        (
            LINK + slug[:place] + slug[place + 1 :],
            link.replace("&utm_medium=social", ""),
            link.replace("utm_medium=social", "utm_medium=post-1"),
            link.replace("utm_source=linkedin", "utm_source=our page"),
            link.partition("&utm_campaign")[0],
        )
    )

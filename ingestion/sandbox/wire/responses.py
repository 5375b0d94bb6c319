"""How a post is received: counters that grow for ninety days, and now and then are taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

AGES = (*range(21), *range(21, 91, 7))


@dataclass(frozen=True)
class Counts:
    """Lifetime counters of a post at an age in days."""

    age: int
    views: int
    reach: int
    clicks: int
    likes: int
    comments: int
    shares: int
    saves: int
    is_restated: bool = False


def grown(rng: Random, most: int) -> Iterator[Counts]:
    """Yield the counters at each age; a post is seen by up to `most` people on its first day."""
    views = clicks = likes = comments = shares = saves = 0
    for age in AGES:
        # Bots are found out: a twentieth of what was counted is taken back.
        is_restated = age > 1 and rng.random() < 0.02
        if is_restated:
            views -= views // 20
            likes -= likes // 20
        fresh = round(rng.randint(most // 5, most) / (1 + age))
        views += fresh
        clicks += round(fresh * rng.uniform(0.005, 0.03))
        likes += round(fresh * rng.uniform(0.0, 0.03))
        comments += rng.random() < 0.2
        shares += rng.random() < 0.15
        saves += rng.random() < 0.1
        reach = round(views * 0.7)
        yield Counts(age, views, reach, clicks, likes, comments, shares, saves, is_restated)

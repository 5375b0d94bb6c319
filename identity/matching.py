"""The matching rules as data: what config/matching.yml says, shipped values as defaults."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

# Rule -> (tier, confidence), strongest first; a file without `rules` means these.
SHIPPED_RULES: dict[str, tuple[str, float]] = {
    "force_merge": ("manual", 1.0),
    "vendor_merge": ("vendor", 1.0),
    "visitor_form": ("vendor", 0.99),
    "email_and_name": ("deterministic", 0.99),
    "phone_and_name": ("deterministic", 0.98),
    "name_and_domain": ("deterministic", 0.96),
    "name_and_company": ("deterministic", 0.95),
    "name_and_street": ("deterministic", 0.95),
}


# The rule of links that the probabilistic tier scored; always the weakest.
PROBABILISTIC = "probabilistic"
# Raise it where the same records and rules give other links than before: every home then resolves
# anew once, instead of keeping what an older version remembered.
_VERSION = 3


class IdentityError(RuntimeError):
    """A manual decision that cannot be carried out; the text says which and what to do."""


@dataclass(frozen=True)
class Override:
    """A decision of a person about two records, by record key."""

    action: str
    left: str
    right: str
    reason: str = ""
    decided_by: str = ""
    expires_on: date | None = None


@dataclass(frozen=True)
class Probabilistic:
    """The scored tier: which shipped model, and the rungs of the threshold ladder in bits.

    A block of more records than `block_limit` (for a full name alone: `full_name_limit`) is left
    out of scoring.
    """

    model: str = "crm-1"
    ladder: tuple[float, ...] = (6.0, 9.0, 12.0, 15.0, 18.0, 22.0, 26.0)
    block_limit: int = 30
    full_name_limit: int = 8
    prior: float = 1e-6


@dataclass(frozen=True)
class Matching:
    """Limits, rules in order of strength (rule -> tier, confidence) and manual decisions.

    `broken` names the blocking rules of hygiene that the records break.
    """

    names_per_key_limit: int = 5
    cluster_size_limit: int = 20
    name_similarity: float = 0.85
    company_domain_share: float = 0.8
    changed_persons_share: float = 0.01
    changed_persons_least: int = 3
    rules: dict[str, tuple[str, float]] = field(default_factory=lambda: dict(SHIPPED_RULES))
    overrides: tuple[Override, ...] = ()
    probabilistic: Probabilistic | None = None
    # No part of the fingerprint: what waits for them is decided anew in any case.
    broken: tuple[str, ...] = field(default=(), repr=False)

    @property
    def weakest_certain(self) -> int:
        """The rank of the last rule that states a fact (a decision or the vendor's own word)."""
        facts = [
            rank
            for rank, (tier, _) in enumerate(self.rules.values())
            if tier in ("manual", "vendor")
        ]
        return max(facts, default=0)

    @property
    def ladder(self) -> tuple[float, ...]:
        """Match weights in bits: the least of a link, then where unclean clusters are cut again."""
        return self.probabilistic.ladder if self.probabilistic else ()

    def of_size(self, records: int) -> "Matching":
        """Return these rules for a home of so many records.

        The chance that two records at random are one person falls with their number. It moves by
        powers of ten, so that a home scores everything anew a few times in its life.
        """
        if self.probabilistic is None:
            return self
        prior = 10.0 ** -max(4, len(str(records)))
        return replace(self, probabilistic=replace(self.probabilistic, prior=prior))

    @property
    def fingerprint(self) -> str:
        """What all links depend on beside the records; overrides are compared one by one."""
        guard = {"changed_persons_share": 0.0, "changed_persons_least": 0}
        told = repr((_VERSION, replace(self, overrides=(), **guard)))
        return hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()

    @classmethod
    def read(cls, document: Mapping[str, Any], today: date) -> "Matching":
        """Return the rules of a checked file; decisions that have expired by `today` are left."""
        rules = {
            each["rule"]: (str(each["tier"]), float(each["confidence"]))
            for each in document.get("rules", [])
            if each["is_on"]
        }
        limits = {
            name: document[name]
            for name in (
                "names_per_key_limit",
                "cluster_size_limit",
                "name_similarity",
                "company_domain_share",
                "changed_persons_share",
                "changed_persons_least",
            )
            if name in document
        }
        tier: dict[str, Any] = dict(document.get("probabilistic") or {"is_on": False})
        scored = None
        if tier.pop("is_on"):
            if "ladder" in tier:
                tier["ladder"] = tuple(float(rung) for rung in tier["ladder"])
            scored = Probabilistic(**tier)
        decisions = [_override(each) for each in document.get("overrides") or []]
        live = [each for each in decisions if each.expires_on is None or each.expires_on >= today]
        return cls(
            **limits,
            rules=rules or dict(SHIPPED_RULES),
            overrides=tuple(live),
            probabilistic=scored,
        )


def record_key(record: Mapping[str, Any]) -> str:
    """Return the key of a record: source, object and id, joined as the records table does."""
    return f"{record['source']}|{record['object']}|{record['source_record_id']}"


def _override(each: Mapping[str, Any]) -> Override:
    expires = each.get("expires_on")
    if isinstance(expires, str):
        expires = date.fromisoformat(expires)
    return Override(
        str(each["action"]),
        record_key(each["left"]),
        record_key(each["right"]),
        str(each.get("reason", "")),
        str(each.get("decided_by", "")),
        expires,
    )

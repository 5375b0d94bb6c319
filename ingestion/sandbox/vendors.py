"""The one registry of the vendors that the made-up company is a customer of.

A vendor is whatever a module of `views` declares in `VENDORS`: a new one is a new module.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from ingestion.sandbox import views
from ingestion.sandbox.company import Company
from ingestion.sandbox.ledger import Ledger
from ingestion.sandbox.vendor import Vendor


def _declared() -> Iterator[Vendor]:
    for each in iter_modules(views.__path__):
        # Some modules are parts of another's view and declare none.
        yield from getattr(import_module(f"{views.__name__}.{each.name}"), "VENDORS", ())


VENDORS = tuple(_declared())


def vendor_of(path: str) -> Vendor | None:
    """Return the vendor that an address is of; raises ValueError where two claim it."""
    claiming = [each for each in VENDORS if each.paths.match(path)]
    if len(claiming) > 1:
        raise ValueError(f"{path} is claimed by {' and '.join(each.name for each in claiming)}")
    return claiming[0] if claiming else None


def ledger_of(company: Company) -> Ledger:
    """Return the change ledger of every vendor for the company."""
    return Ledger(change for vendor in VENDORS for change in vendor.changes(company))

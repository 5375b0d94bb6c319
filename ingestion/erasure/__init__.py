"""Blanks what a vendor's privacy delete asks to forget, in every version, and keeps it forgotten.

What is erased is remembered by keyed hashes only, before anything is blanked, so a killed load is
completed by the next. Rows of an erased record that come again (a stale copy, a replay, a dropped
file) are refused and counted; only one that began after the erasure is a new record. What hangs on
the record (Table.hangs_on) stays, without its personal columns. Blanking is one transaction.
"""

from ingestion.erasure.blank import ERASED_BODY, REFUSED, cleaned, erase
from ingestion.erasure.ledger import missing_twice, remember
from ingestion.erasure.notices import FILES, settle

__all__ = [
    "ERASED_BODY",
    "FILES",
    "REFUSED",
    "cleaned",
    "erase",
    "missing_twice",
    "remember",
    "settle",
]

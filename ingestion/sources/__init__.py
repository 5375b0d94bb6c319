"""The one registry of sources: a new one is one line here."""

from ingestion.contract import Source
from ingestion.sources.hubspot import HUBSPOT

SOURCES: dict[str, Source] = {source.name: source for source in (HUBSPOT,)}

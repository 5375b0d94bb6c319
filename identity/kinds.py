"""What stands behind a cluster: a person, a mailbox, a test or spam. Pure."""

from collections.abc import Iterable

# A cluster is what all of its records are; a person as soon as one record is one.
_LEAST_TO_MOST = ("test", "spam", "mailbox", "person")


def party_kind(records: Iterable[tuple[str, str]]) -> str:
    """Return the kind of the party behind `records`, pairs of (object, record kind).

    A party all of whose form submissions are spam is spam, whatever the CRM made of them. Browsers
    are judged only where there is nothing else.
    """
    everything = list(records)
    submitted = [kind for object_, kind in everything if object_ == "form_submissions"]
    if submitted and all(kind == "spam" for kind in submitted):
        return "spam"
    stated = [kind for object_, kind in everything if object_ != "visitors"]
    kinds = stated or [kind for _, kind in everything]
    return max(kinds, key=_LEAST_TO_MOST.index)

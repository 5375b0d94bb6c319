"""How a load says that it could not go on: what happened, and what to do."""

from typing import Any


class LoadFailed(RuntimeError):  # noqa: N818  (the name of the outcome, as `ingest.loads` has it)
    """A load that could not be finished; the text is plain, holds no secret and names a remedy."""


class RequestFailed(LoadFailed):
    """The vendor could not be read: network, credentials, limits, or an answer of no use."""

    def __init__(self, text: str, status: int = 0, body: Any = None) -> None:
        """Say what happened; `status` and `body` are the vendor's last where it answered."""
        super().__init__(text)
        self.status = status
        self.body = body


class PageBroken(LoadFailed):
    """A page that is not what it claims: no list, an error under 200, repeated, or short."""

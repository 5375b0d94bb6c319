"""Ways to say who is asking. Each yields headers; those that can renew themselves do so once."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

# Posts a form to a token address and returns the JSON answer.
PostForm = Callable[[str, Mapping[str, str]], Any]


class Auth(Protocol):
    """The headers of a request, and whether a refused credential can be renewed."""

    def headers(self, post: PostForm) -> Mapping[str, str]:
        """Return the headers that carry the credential."""
        ...

    def renew(self) -> bool:
        """Forget a refused credential; False where there is no other to be had."""
        ...

    def token_url(self) -> str:
        """Return the address that tokens come from, "" where none is needed."""
        ...


@dataclass(frozen=True)
class Fixed:
    """Headers that never change: a token or key that lives until someone revokes it."""

    fixed: Mapping[str, str]

    def headers(self, post: PostForm) -> Mapping[str, str]:
        """Return the fixed headers."""
        return self.fixed

    def renew(self) -> bool:
        """Return False: there is nothing to renew."""
        return False

    def token_url(self) -> str:
        """Return "": there is no token address."""
        return ""


def bearer(token: str) -> Fixed:
    """Return the `Authorization: Bearer` header."""
    return Fixed({"Authorization": f"Bearer {token}"})


def basic(user: str, password: str) -> Fixed:
    """Return the `Authorization: Basic` header."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return Fixed({"Authorization": f"Basic {pair}"})


# What an OAuth app is known by; together they stand in for a token that lives until revoked.
APP = ("client_id", "client_secret", "refresh_token")


@dataclass
class Refreshed:
    """A bearer token got with a refresh token, and got anew when the vendor refuses it."""

    url: str
    form: Mapping[str, str]
    extra: Mapping[str, str]
    token: str = ""

    def headers(self, post: PostForm) -> Mapping[str, str]:
        """Return the bearer header, fetching a token first where there is none."""
        if not self.token:
            answer = post(self.url, {"grant_type": "refresh_token", **self.form})
            self.token = str(answer["access_token"])
        return {"Authorization": f"Bearer {self.token}", **self.extra}

    def renew(self) -> bool:
        """Forget the token, so that the next request fetches one."""
        self.token = ""
        return True

    def token_url(self) -> str:
        """Return the address that tokens come from."""
        return self.url


def app_or_token(config: Mapping[str, Any], token_url: str, extra: Mapping[str, str]) -> Auth:
    """Return the auth of an OAuth app where all of it is configured, else of the static token.

    An app's access token, if one is given, is used until the vendor refuses it.
    """
    token = str(config.get("access_token") or "")
    if all(config.get(part) for part in APP):
        form = {part: str(config[part]) for part in APP}
        return Refreshed(str(config.get("token_url") or token_url), form, extra, token)
    return Fixed({"Authorization": f"Bearer {token}", **extra})


def secrets_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what may never show of an app or a token."""
    return tuple(str(config[name]) for name in ("access_token", *APP) if config.get(name))

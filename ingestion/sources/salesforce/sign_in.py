"""How the org is signed in to: tokens, the address that comes with them, the org's API calls.

The answer to a token request names `instance_url`, which is to be used; it is believed only where
it is the configured address or one of Salesforce's own, as every later request carries the token.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ingestion.auth import Auth, PostForm, bearer
from ingestion.errors import RequestFailed
from ingestion.http import Session
from ingestion.wire import origin

TOKEN_PATH = "/services/oauth2/token"
_OWN = (".salesforce.com", ".salesforce.mil")


@dataclass
class Granted:
    """A bearer token granted to an app, got anew when it is refused, with the org's address."""

    url: str
    form: Mapping[str, str]
    token: str = ""
    instance_url: str = ""

    def headers(self, post: PostForm) -> Mapping[str, str]:
        """Return the bearer header, fetching a token first where there is none."""
        if not self.token:
            answer = post(self.url, self.form)
            self.token = str(answer["access_token"])
            named = str(answer.get("instance_url") or "")
            if self.instance_url and named and origin(named) != origin(self.instance_url):
                raise RequestFailed(
                    "The org moved to another address while it was read. Nothing was lost: run "
                    "again."
                )
            self.instance_url = named
        return {"Authorization": f"Bearer {self.token}"}

    def renew(self) -> bool:
        """Forget the token, so that the next request fetches one."""
        self.token = ""
        return True

    def token_url(self) -> str:
        """Return the address that tokens come from."""
        return self.url


def auth_of(config: Mapping[str, Any]) -> Auth:
    """Return the auth: a refresh token's or an app's own where configured, else a fixed token."""
    app = {name: str(config.get(name) or "") for name in ("client_id", "client_secret")}
    if not all(app.values()):
        return bearer(str(config.get("access_token") or ""))
    url = str(config["base_url"]).rstrip("/") + TOKEN_PATH
    refresh = str(config.get("refresh_token") or "")
    form = (
        {"grant_type": "refresh_token", "refresh_token": refresh}
        if refresh
        else {"grant_type": "client_credentials"}
    )
    return Granted(url, {**form, **app})


def go_to_the_org(http: Session) -> None:
    """Sign in, and go on at the address that the answer names.

    Raises RequestFailed where that is neither the configured address nor one of Salesforce's.
    """
    http.sign_in()
    named = http.auth.instance_url if isinstance(http.auth, Granted) else ""
    if not named or origin(named) == origin(http.base_url):
        return
    parts = urlsplit(named)
    if parts.scheme != "https" or not str(parts.hostname).endswith(_OWN):
        raise RequestFailed(
            f"The token's answer names {origin(named)} as the org's address, which is none of "
            "Salesforce's. The token is not sent there; check base_url in config/sources.yml."
        )
    http.base_url = f"https://{parts.netloc}"


def keep_a_reserve(share: float) -> Callable[[Mapping[str, str]], float]:
    """Return what reads `Sforce-Limit-Info: api-usage=18/5000` and stops at a share of the day.

    An org's other apps need calls too: at the limit its website forms and integrations stand still.
    """

    def pace(headers: Mapping[str, str]) -> float:
        usage = headers.get("Sforce-Limit-Info", "").partition("api-usage=")[2].partition(";")[0]
        used, _, allowed = usage.strip().partition("/")
        if not (used.isdigit() and allowed.isdigit() and int(allowed)):
            return 0.0
        if int(used) > share * int(allowed):
            raise RequestFailed(
                f"salesforce: {used} of the org's {allowed} API calls in 24 hours are used, more "
                f"than the share of {share:.0%} that may be (`calls_share`). Nothing was lost: run "
                "again tomorrow."
            )
        return 0.0

    return pace

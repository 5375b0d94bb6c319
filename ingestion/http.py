"""The one way out: a session that stays with its vendor, within its budget, and keeps secrets.

It refuses every other origin (the common clients follow `next` links and redirects with the
credentials attached), waits for no longer than told, retries what can pass, renews a refused
token once, and never shows a secret. Clock and sleep are handed in, so tests never wait.
"""

import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self
from urllib.parse import quote, urljoin, urlsplit

import requests

from ingestion.auth import Auth, Fixed
from ingestion.errors import RequestFailed
from ingestion.wire import Reply, json_of, not_json, origin, read_json, said, scopes, until

Verdict = Literal["retry", "stop", "fail"]
# A connection that failed; the same request is sent again.
BROKEN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
)
MAX_WAIT_SECONDS = 300.0
MAX_REDIRECTS = 3
_EMAIL = re.compile(r"[\w.+%-]+@[\w.-]+")


@dataclass(frozen=True)
class Clock:
    """Monotonic seconds and a way to wait."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Budget:
    """At most `calls` in any `seconds`, counted over paths that hold `path` ("" = all)."""

    calls: int
    seconds: float
    path: str = ""


def plain_verdict(status: int, body: Any) -> Verdict:
    """Judge an answer of 400 and above where the vendor has no rules of its own."""
    return "retry" if status == 429 or status >= 500 else "fail"


def no_remedy(status: int, body: Any) -> str:
    """Say nothing: the common words do."""
    return ""


def no_pace(headers: Mapping[str, str]) -> float:
    """Return 0: the vendor's headers ask for no rest."""
    return 0.0


@dataclass
class Session:
    """Requests to one vendor. `verdict` judges answers of 400 and above for this vendor.

    `remedy` says what to do where such an answer fails, "" to leave it to the common words. `pace`
    reads from an answer's headers how many seconds to hold still before the next request; it raises
    RequestFailed where the vendor's limit is as good as used up. `also` are addresses beside the
    base where the same vendor answers, with the same credentials but for those that `auths` gives
    to an origin.
    `retry_header` names a header in which the vendor itself says `true` or `false` to a retry: then
    its word goes before the verdict.
    """

    base_url: str
    auth: Auth = field(default_factory=lambda: Fixed({}))
    budgets: tuple[Budget, ...] = ()
    verdict: Callable[[int, Any], Verdict] = plain_verdict
    retry_header: str = ""
    secrets: tuple[str, ...] = ()
    remedy: Callable[[int, Any], str] = no_remedy
    pace: Callable[[Mapping[str, str]], float] = no_pace
    clock: Clock = field(default_factory=Clock)
    also: tuple[str, ...] = ()
    auths: Mapping[str, Auth] = field(default_factory=dict)
    attempts: int = 5
    timeout: tuple[float, float] = (10.0, 60.0)
    requests_made: int = 0
    _wire: requests.Session = field(default_factory=requests.Session)
    _spent: dict[Budget, deque[float]] = field(default_factory=dict)
    _rest: float = 0.0

    def __post_init__(self) -> None:
        # Proxies and .netrc of the surroundings would see, or replace, the credentials.
        self._wire.trust_env = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None, **headers: str) -> Any:
        """Return the JSON of a GET. `path` may be a whole address, if it is the vendor's."""
        return self._read("GET", path, params, None, headers, json_of)

    def told(
        self, path: str, params: Mapping[str, Any] | None = None
    ) -> tuple[Any, Mapping[str, str]]:
        """Return the JSON of a GET and the headers, where some vendors state a total."""
        return self._read("GET", path, params, None, {}, lambda got: (json_of(got), got.headers))

    def look(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON of a GET, None where the vendor says that there is no such thing."""
        try:
            return self.get(path, params)
        except RequestFailed as error:
            if error.status == 404:
                return None
            raise

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """Return the JSON answer to a POST; reads only, as it may be repeated.

        `body` goes as JSON, text as it is.
        """
        return self._read("POST", path, None, body, headers, json_of)

    def fetch(self, path: str, params: Mapping[str, Any] | None = None, **headers: str) -> Reply:
        """Return the bytes and headers of a GET whose answer is no JSON, such as a CSV file."""
        return self._read("GET", path, params, None, headers, Reply.of)

    def sign_in(self) -> None:
        """Fetch the access token now, where one is needed: its answer may name the address."""
        for attempt in range(self.attempts):
            if attempt:
                self.clock.sleep(float(2 ** (attempt - 1)))
            try:
                self.auth.headers(self._token)
            except BROKEN as error:
                reason = f"the connection failed ({type(error).__name__})"
            else:
                return
        raise RequestFailed(
            f"{self._where(self.base_url)}: {reason}, {self.attempts} times over. "
            "Nothing was lost: run again when the vendor answers."
        )

    def redact(self, text: str) -> str:
        """Return the text without this session's secrets and without e-mail addresses."""
        for secret in self.secrets:
            if secret:
                text = text.replace(secret, "***").replace(quote(secret, safe=""), "***")
        return _EMAIL.sub("***", text)

    def _read(
        self,
        method: str,
        path: str,
        params: Any,
        body: Any,
        headers: Mapping[str, str],
        read: Callable[[requests.Response], Any],
    ) -> Any:
        url = self._own(urljoin(self.base_url.rstrip("/") + "/", path.removeprefix("/")))
        renewed = False
        reason, wait = "", 0.0
        for attempt in range(self.attempts):
            if attempt:
                self.clock.sleep(wait or float(2 ** (attempt - 1)))
                wait = 0.0
            try:
                answer = self._send(method, url, params, body, headers)
            except BROKEN as error:
                reason = f"the connection failed ({type(error).__name__})"
                continue
            if answer.status_code == 401 and not renewed and self.auth.renew():
                renewed = True
                answer = self._send(method, url, params, body, headers)
            if answer.status_code < 300:
                try:
                    return read(answer)
                except (ValueError, RecursionError):
                    reason = not_json(answer)
                    continue
            reason = self._judge(url, answer)
            wait = self._wait_told(url, answer)
        raise RequestFailed(
            f"{self._where(url)}: {reason}, {self.attempts} times over. "
            "Nothing was lost: run again when the vendor answers."
        )

    def _send(
        self, method: str, url: str, params: Any, body: Any, headers: Mapping[str, str]
    ) -> requests.Response:
        """Send once, following redirects that stay with the vendor."""
        for _ in range(MAX_REDIRECTS + 1):
            paid = self._pay(url)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            auth = self.auths.get(origin(url), self.auth)
            try:
                answer = self._wire.request(
                    method,
                    url,
                    params=params,
                    json=None if isinstance(body, str) else body,
                    data=body if isinstance(body, str) else None,
                    timeout=self.timeout,
                    headers={"Accept": "application/json", **auth.headers(self._token), **named},
                    allow_redirects=False,
                )
            finally:
                # The vendor counted it somewhere between: a second counted from the sending can be
                # refused, and the third call of a limit of two a minute waits for 57 s.
                for spent in paid:
                    spent[-1] = self.clock.now()
            self._rest = self.pace(answer.headers)
            if not answer.is_redirect:
                return answer
            url, params = self._own(urljoin(url, answer.headers["Location"])), None
        raise RequestFailed(f"{self._where(url)}: it redirects without end.")

    def _token(self, url: str, form: Mapping[str, str]) -> Any:
        """Post to the token address; the only request that may leave the base address's origin."""
        answer = self._wire.post(url, data=dict(form), timeout=self.timeout, allow_redirects=False)
        if answer.status_code != 200:
            raise RequestFailed(
                f"{self._where(url)}: no access token ({answer.status_code} "
                f"{self.redact(said(answer))}). Renew the refresh token in the configuration."
            )
        try:
            found = read_json(answer.content)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or not found.get("access_token"):
            raise RequestFailed(
                f"{self._where(url)}: an answer came without an access token. Run again; if it "
                "stays, check token_url in config/sources.yml."
            )
        return found

    def _pay(self, url: str) -> list[deque[float]]:
        """Wait as long as the last answer asked, and until every budget allows one more call.

        Returns what was spent of the budgets concerned, this call being the last of each.
        """
        self.requests_made += 1
        paid = []
        if self._rest:
            self.clock.sleep(self._bearable(url, self._rest))
            self._rest = 0.0
        for budget in self.budgets:
            if budget.path not in url:
                continue
            spent = self._spent.setdefault(budget, deque())
            now = self.clock.now()
            while spent and now - spent[0] >= budget.seconds:
                spent.popleft()
            if len(spent) >= budget.calls:
                self.clock.sleep(budget.seconds - (now - spent[0]))
                spent.popleft()
            spent.append(self.clock.now())
            paid.append(spent)
        return paid

    def _own(self, url: str) -> str:
        if origin(url) not in {origin(known) for known in (self.base_url, *self.also)}:
            raise RequestFailed(
                f"The vendor at {origin(self.base_url)} pointed to {origin(url)}. Credentials "
                "are never sent there; check base_url in config/sources.yml."
            )
        return url

    def _judge(self, url: str, answer: requests.Response) -> str:
        """Return why the answer is to be asked for again; raises where that cannot help."""
        try:
            body = read_json(answer.content)
        except (ValueError, RecursionError):
            body = None
        words = self.redact(said(answer))
        status = answer.status_code
        if told := self.remedy(status, body):
            raise RequestFailed(f"{self._where(url)}: {status} {words}. {told}", status, body)
        if status == 401:
            raise RequestFailed(
                f"{self._where(url)}: the credentials were refused (401 {words}). "
                "Set a valid token or key for this source, then run again."
            )
        if status == 403 and self.verdict(status, body) == "fail":
            missing = ", ".join(sorted(scopes(body))) or words or "not named by the vendor"
            raise RequestFailed(
                f"{self._where(url)}: permission is missing (403): {missing}. "
                "Grant it to the token or application, then run again.",
                status,
            )
        told = answer.headers.get(self.retry_header, "") if self.retry_header else ""
        said_so: dict[str, Verdict] = {"true": "retry", "false": "fail"}
        match said_so.get(told) or self.verdict(status, body):
            case "retry":
                return f"it answered {status} {words}"
            case "stop":
                raise RequestFailed(
                    f"{self._where(url)}: the daily limit is used up ({status} {words}). "
                    "Nothing was lost: run again tomorrow."
                )
        raise RequestFailed(
            f"{self._where(url)}: it answered {status} {words}. "
            "Check the source's settings in config/sources.yml.",
            status,
            body,
        )

    def _wait_told(self, url: str, answer: requests.Response) -> float:
        """Return the seconds that Retry-After asks for; raises past five minutes."""
        told = answer.headers.get("Retry-After", "").strip()
        try:
            seconds = float(told)
        except ValueError:
            seconds = until(told, answer.headers.get("Date", ""))
        if seconds != seconds:  # "nan" reads as a number
            seconds = 0.0
        return max(self._bearable(url, seconds), 0.0)

    def _bearable(self, url: str, seconds: float) -> float:
        if seconds > MAX_WAIT_SECONDS:
            raise RequestFailed(
                f"{self._where(url)}: it asks to wait {seconds:.0f} seconds, longer than a run "
                "may hold on. Nothing was lost: run again after that."
            )
        return seconds

    def _where(self, url: str) -> str:
        return self.redact(f"{origin(url)}{urlsplit(url).path}")

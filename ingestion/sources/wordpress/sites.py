"""Which sites are read, and who reads them: one application password an origin.

Sites of one network share their users, so a login is its origin's; a site on another host has its
own. WordPress takes an application password with or without its blanks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from ingestion.auth import Auth, basic
from ingestion.errors import LoadFailed, PageBroken
from ingestion.http import Budget, Clock, Session
from ingestion.wire import origin

_LOGIN = re.compile(r"(?:(?P<address>https?://\S+)\s+)?(?P<user>[^:/]+):(?P<password>[^/:]+)")
_HOW = "Set it as `user:application password`, after the site's address where there are several."
# What WordPress says where it saw no login although one was sent.
_UNSEEN = {"rest_not_logged_in", "rest_forbidden_context", "rest_user_cannot_view"}


@dataclass(frozen=True)
class Site:
    """A site by the address that is configured, and whether a login is set for it."""

    address: str
    has_login: bool

    def api(self, route: str) -> str:
        """Return the address of a route of the REST API."""
        return f"{self.address}/wp-json/{route}"


def sites(config: Mapping[str, Any]) -> list[Site]:
    """Return the configured sites; raises LoadFailed where a login is for none of them."""
    base = str(config["base_url"]).rstrip("/")
    words = str(config.get("more_sites") or "").replace(",", " ").split()
    found = [base, *(urljoin(f"{base}/", word).rstrip("/") for word in words)]
    known = logins(config)
    strangers = known.keys() - {origin(each) for each in found}
    if strangers:
        raise LoadFailed(
            f"wordpress: `logins` names {sorted(strangers)[0]}, which is no site of this source. "
            "Add it to more_sites in config/sources.yml, or take the login out."
        )
    is_public = bool(config.get("published_only"))
    return [Site(each, origin(each) in known and not is_public) for each in found]


def logins(config: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return origin -> (user, application password); raises LoadFailed where one is unreadable."""
    found = {}
    for entry in re.split(r"[;\n]", str(config.get("logins") or "")):
        if not entry.strip():
            continue
        match = _LOGIN.fullmatch(entry.strip())
        if match is None:
            raise LoadFailed(f"wordpress: an entry of `logins` cannot be read. {_HOW}")
        place = origin(match["address"] or str(config["base_url"]))
        found[place] = (match["user"].strip(), match["password"].strip())
    return found


def id_of(home: str) -> str:
    """Return a site's id: host and path of its home address, whatever the scheme."""
    parts = urlsplit(home)
    if not parts.hostname:
        raise PageBroken("wordpress: a site names no home address. Run again; check base_url.")
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.hostname}{port}{parts.path.rstrip('/')}"


def remedy(status: int, body: Any) -> str:
    """Say what to do about WordPress's own refusals, "" for any other."""
    code = body.get("code") if isinstance(body, Mapping) else None
    if status == 404 and (body is None or code == "rest_no_route"):
        return (
            "There is no REST API at this address. Check base_url and more_sites; plain "
            "permalinks (Settings > Permalinks) and security plugins take it away."
        )
    if status == 401 and code in _UNSEEN:
        return (
            "The site saw no login. Check `logins`; where it is right, the host strips the "
            "Authorization header, or application passwords are turned off."
        )
    if status == 403 and code in (*_UNSEEN, "rest_forbidden_status"):
        return "The login may not read drafts: give it the role Editor, then run again."
    return ""


def session(config: Mapping[str, Any], clock: Clock) -> Session:
    """Return one session for all sites; each origin is sent its own login and no other's."""
    base, *more = sites(config)
    known = {} if config.get("published_only") else logins(config)
    auths: dict[str, Auth] = {place: basic(*login) for place, login in known.items()}
    hidden = [password for _, password in known.values()]
    for place in known:
        hidden += auths[place].headers(lambda *_: None)["Authorization"].split()[1:]
    return Session(
        base.address,
        also=tuple(site.address for site in more),
        auths=auths,
        budgets=(Budget(int(config["calls_per_10_seconds"]), 10.0),),
        remedy=remedy,
        secrets=tuple(hidden),
        clock=clock,
    )

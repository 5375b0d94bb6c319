"""Salesforce as the connector reads it, against a small org held in memory or on loopback."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from scripted_vendor import Answer, StoppedClock, Vendor

from ingestion.contract import Extraction, Page, Sweep
from ingestion.errors import LoadFailed, PageBroken, RequestFailed
from ingestion.sources.salesforce import SALESFORCE, bulk, extract, query, session
from ingestion.sources.salesforce.sign_in import Granted, go_to_the_org
from ingestion.sources.salesforce.tables import LEAD, OBJECTS
from ingestion.wire import Reply

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
APP = {"client_id": "the-app", "client_secret": "the-secret"}


def instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def lead(number: int, at: datetime = NOW - timedelta(days=30), **fields: Any) -> dict[str, Any]:
    told = {"Id": f"00Q{number:015d}", "CreatedDate": instant(at), "SystemModstamp": instant(at)}
    return {"attributes": {"type": "Lead"}, **told, "IsDeleted": False, **fields}


class Org:
    """An org with leads only; its pages hold two records, its bulk parts too."""

    def __init__(self, *leads: dict[str, Any]) -> None:
        self.leads = list(leads)
        self.fields = [*LEAD.fields, "CurrencyIsoCode"]
        self.missing: set[str] = set()
        self.queries: list[str] = []
        self.hidden = 0
        self.states = ["InProgress", "JobComplete"]
        self.header_in_every_part = True
        self.stated = 0
        self.clock = StoppedClock().clock
        self.base_url = "https://acme.my.salesforce.com"
        self.auth: Any = None
        self.found: list[dict[str, Any]] = []

    def sign_in(self) -> None:
        pass

    def redact(self, text: str) -> str:
        return text

    def look(self, path: str) -> Any:
        name = path.split("/")[-2]
        return None if name in self.missing else self.get(path)

    def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        parts = path.split("/")
        if parts[-1] == "describe":
            known = {each.name: each.fields for each in OBJECTS}[parts[-2]]
            names = self.fields if parts[-2] == "Lead" else known
            return {"fields": [{"name": name} for name in names]}
        if "jobs" in parts:
            state = self.states.pop(0)
            return {"state": state, "numberRecordsProcessed": len(self.found), "errorMessage": "no"}
        if "01g" in parts[-1]:
            return self._page(int(parts[-1].rpartition("-")[2]))
        self.queries.append((params or {})["q"])
        self.found = self._answer(self.queries[-1])
        if "COUNT()" in self.queries[-1]:
            return {"totalSize": len(self.found), "done": True, "records": []}
        return self._page(0)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        self.queries.append(f"bulk {body['operation']} {body['query']}")
        self.found = self._answer(body["query"])
        return {"id": "750", "state": "UploadComplete"}

    def fetch(self, path: str, params: dict[str, Any], **_: str) -> Reply:
        start = int(params.get("locator", 0))
        part = self.found[start : start + 2]
        lines = (
            ['"Id","SystemModstamp","Company"'] if not start or self.header_in_every_part else []
        )
        lines += [f'"{each["Id"]}","{each["SystemModstamp"]}",""' for each in part]
        following = str(start + 2) if start + 2 < len(self.found) else "null"
        stated = str(len(part) - self.stated)
        headers = {"Sforce-Locator": following, "Sforce-NumberOfRecords": stated}
        return Reply("\n".join(lines).encode(), headers)

    def _answer(self, soql: str) -> list[dict[str, Any]]:
        if " FROM Lead" not in soql or "LeadHistory" in soql:
            return []
        since = soql.partition("SystemModstamp >= ")[2].split(" ")[0]
        limit = datetime.fromisoformat(since) if since else datetime(1970, 1, 1, tzinfo=UTC)
        return [
            each for each in self.leads if datetime.fromisoformat(each["SystemModstamp"]) >= limit
        ]

    def _page(self, start: int) -> dict[str, Any]:
        done = start + 2 >= len(self.found)
        page = self.found[start : start + 2 - self.hidden]
        body: dict[str, Any] = {"totalSize": len(self.found), "done": done, "records": page}
        return body if done else {**body, "nextRecordsUrl": f"/services/data/query/01g-{start + 2}"}


def read(
    org: Any, state: dict[str, Any] | None = None, **told: Any
) -> tuple[list[dict[str, Any]], list[Sweep], Extraction]:
    config = told.pop("config", {})
    ctx = Extraction(config, org, NOW, {} if state is None else state, **told)
    items = list(extract(ctx))
    rows = [
        row
        for item in items
        if isinstance(item, Page) and item.table == "leads" and isinstance(item.rows, list)
        for row in item.rows
    ]
    return rows, [each for each in items if isinstance(each, Sweep) and each.table == "leads"], ctx


def test_every_page_is_read_and_the_newest_change_is_the_cursor() -> None:
    newest = NOW - timedelta(hours=1)
    rows, _, ctx = read(Org(lead(1), lead(2), lead(3, newest)))

    assert [row["id"][-1] for row in rows] == ["1", "2", "3"]
    assert ctx.state["cursor:Lead"] == newest.isoformat()


def test_a_later_load_asks_for_what_changed_since_and_ten_minutes_before() -> None:
    org = Org(lead(1), lead(2, NOW))
    rows, _, _ = read(org, {"cursor:Lead": NOW.isoformat()})

    asked = next(each for each in org.queries if each.startswith("SELECT Id, Company"))
    assert "WHERE SystemModstamp >= 2026-07-01T05:50:00Z ORDER BY SystemModstamp, Id" in asked
    assert [row["id"][-1] for row in rows] == ["2"]


def test_a_record_dated_ahead_of_now_does_not_move_the_cursor() -> None:
    _, _, ctx = read(Org(lead(1), lead(2, NOW + timedelta(days=400))))

    assert ctx.state["cursor:Lead"] < NOW.isoformat()
    assert ctx.counted["leads", "", "cursor_ahead_of_now"] == 1


def test_a_backfill_asks_for_its_days_and_moves_no_cursor() -> None:
    org = Org(lead(1))
    _, sweeps, ctx = read(org, window=(date(2026, 6, 1), date(2026, 6, 2)), sweep_due=True)

    assert any("< 2026-06-03T00:00:00Z" in each for each in org.queries)
    assert (ctx.state, sweeps) == ({}, [])


def test_pages_that_hold_fewer_records_than_are_counted_are_red() -> None:
    org = Org(lead(1), lead(2), lead(3))
    org.hidden = 1
    state: dict[str, Any] = {}

    with pytest.raises(PageBroken, match="announced"):
        read(org, state)

    assert "cursor:Lead" not in state


@pytest.mark.parametrize(
    "body",
    [
        {"totalSize": 3, "done": True, "records": None},
        {"totalSize": 3, "done": False, "records": [lead(1)]},
        {"totalSize": 1, "done": False, "records": [lead(1)]},
        {"done": True, "records": [lead(1)]},
        {"error": {"message": "backend unavailable"}},
    ],
)
def test_a_page_that_is_none_is_red(body: dict[str, Any]) -> None:
    org = Org(lead(1))
    org._page = lambda _: body  # ty: ignore[invalid-assignment]

    with pytest.raises(PageBroken):
        read(org)


def test_a_sweep_names_every_id_that_a_query_still_reaches() -> None:
    org = Org(lead(1), lead(2, IsDeleted=True), lead(3, NOW))
    _, [first], ctx = read(org, sweep_due=True)
    _, [later], _ = read(org, dict(ctx.state), sweep_due=True)

    assert first.keys == later.keys == {(each["Id"],) for each in org.leads}


def test_a_field_that_the_org_lacks_is_left_out_and_counted() -> None:
    org = Org(lead(1))
    org.fields.remove("Website")
    _, _, ctx = read(org)

    assert ctx.counted["leads", "Website", "field_not_in_the_org"] == 1
    assert not any("Website" in each for each in org.queries if " FROM Lead " in each)


def test_an_org_without_campaigns_is_read_and_one_that_lost_them_is_red() -> None:
    org = Org(lead(1))
    org.missing = {"Campaign", "CampaignMember", "LeadHistory"}
    _, _, ctx = read(org)
    assert ctx.counted["campaigns", "", "object_not_in_the_org"] == 1

    told = RequestFailed("https://acme.my.salesforce.com: it answered 404", 404)

    def lost(path: str, params: Any = None) -> Any:
        if "/Campaign/" in path:
            raise told
        return Org.get(org, path, params)

    org.get = lost  # ty: ignore[invalid-assignment]
    with pytest.raises(RequestFailed):
        read(org, {"cursor:Campaign": NOW.isoformat()})


def test_money_of_an_org_with_one_currency_is_in_the_one_that_is_configured() -> None:
    class OneCurrency(Org):
        def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
            found = super().get(path, params)
            if path.endswith("/Opportunity/describe"):
                names = [each for each in found["fields"] if each["name"] != "CurrencyIsoCode"]
                return {"fields": names}
            return found

        def _answer(self, soql: str) -> list[dict[str, Any]]:
            if " FROM Opportunity" in soql and "History" not in soql and "Role" not in soql:
                return [{**lead(1), "Amount": 10.5}]
            return []

    ctx = Extraction({"currency_code": "EUR"}, OneCurrency(), NOW, {})  # ty: ignore
    rows = [each for each in extract(ctx) if isinstance(each, Page)]
    [sold] = [row for each in rows if each.table == "opportunities" for row in each.rows]

    assert sold["currency_iso_code"] == "EUR"


@pytest.mark.parametrize("header_in_every_part", [True, False])
def test_many_records_come_by_a_bulk_job_in_parts(header_in_every_part: bool) -> None:
    org = Org(*(lead(number) for number in range(5)))
    org.header_in_every_part = header_in_every_part
    rows, _, ctx = read(org, config={"bulk_rows": 4})

    assert [row["id"][-1] for row in rows] == list("01234")
    assert all(row["company"] is None for row in rows)
    assert any(each.startswith("bulk queryAll SELECT") for each in org.queries)
    assert "cursor:Lead" in ctx.state


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_a_bulk_job_that_ends_badly_is_red(state: str) -> None:
    org = Org(lead(1))
    org.states = ["InProgress", state]

    with pytest.raises(LoadFailed, match=f"ended as {state}"):
        read(org, config={"bulk_rows": 0})


def test_a_bulk_job_that_never_ends_is_red_after_an_hour() -> None:
    org = Org(lead(1))
    stopped = StoppedClock()
    org.clock = stopped.clock
    org.states = ["InProgress"] * 1000

    with pytest.raises(LoadFailed, match="after an hour"):
        read(org, config={"bulk_rows": 0})

    assert stopped.time >= bulk.PATIENCE


def test_a_bulk_part_that_is_shorter_than_it_states_is_red() -> None:
    org = Org(lead(1), lead(2))
    org.stated = -1

    with pytest.raises(PageBroken, match="states 3 records and holds 2"):
        read(org, config={"bulk_rows": 0})


def test_a_bulk_job_whose_parts_hold_less_than_it_found_is_red() -> None:
    class Short(Org):
        def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
            found = super().get(path, params)
            return {**found, "numberRecordsProcessed": 9} if "/jobs/" in path else found

    with pytest.raises(PageBroken, match="found 9 records and 2 came"):
        read(Short(lead(1), lead(2)), config={"bulk_rows": 0})


@pytest.fixture
def token(vendor: Vendor) -> Answer:
    return Answer({"access_token": "t1", "instance_url": vendor.url})


def test_an_app_signs_in_with_its_own_credentials(vendor: Vendor, token: Answer) -> None:
    vendor.says(token, Answer({"totalSize": 7}))
    with session({"base_url": vendor.url, **APP}, StoppedClock().clock) as http:
        go_to_the_org(http)
        assert query.count(Extraction({}, http, NOW, {}), "Lead", "") == 7

    (_, path, _, form), (_, _, headers, _) = vendor.seen
    assert path == "/services/oauth2/token"
    assert b"grant_type=client_credentials" in form
    assert b"client_id=the-app" in form
    assert headers["Authorization"] == "Bearer t1"


def test_a_refresh_token_is_used_where_there_is_one(vendor: Vendor, token: Answer) -> None:
    vendor.says(token)
    config = {"base_url": vendor.url, **APP, "refresh_token": "again"}
    with session(config, StoppedClock().clock) as http:
        go_to_the_org(http)

    assert b"grant_type=refresh_token" in vendor.seen[0][3]
    assert b"refresh_token=again" in vendor.seen[0][3]


@pytest.mark.parametrize(
    ("named", "is_fine"),
    [
        ("https://acme--uat.sandbox.my.salesforce.com", True),
        ("https://salesforce.com.evil.example", False),
        ("https://evilsalesforce.com", False),
        ("http://acme.my.salesforce.com", False),
    ],
)
def test_the_org_is_where_the_token_says_if_that_is_salesforces(
    vendor: Vendor, named: str, is_fine: bool
) -> None:
    vendor.says(Answer({"access_token": "t1", "instance_url": named}))
    with session({"base_url": vendor.url, **APP}, StoppedClock().clock) as http:
        if is_fine:
            go_to_the_org(http)
            assert http.base_url == named
        else:
            with pytest.raises(RequestFailed, match="none of Salesforce's"):
                go_to_the_org(http)
            assert http.base_url == vendor.url


def test_an_org_that_moves_while_it_is_read_is_red() -> None:
    answers = iter(["https://a.my.salesforce.com", "https://b.my.salesforce.com"])
    auth = Granted("url", APP)

    def post(url: str, form: Any) -> Any:
        return {"access_token": "t", "instance_url": next(answers)}

    auth.headers(post)
    auth.renew()
    with pytest.raises(RequestFailed, match="moved to another address"):
        auth.headers(post)


EXPIRED = Answer(
    [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}], 401
)


def test_an_expired_session_is_renewed_once(vendor: Vendor, token: Answer) -> None:
    fresh = Answer({"access_token": "t2", "instance_url": vendor.url})
    vendor.says(token, EXPIRED, fresh, Answer({"totalSize": 1}))
    with session({"base_url": vendor.url, **APP}, StoppedClock().clock) as http:
        assert query.count(Extraction({}, http, NOW, {}), "Lead", "") == 1
    assert vendor.seen[-1][2]["Authorization"] == "Bearer t2"

    vendor.says(token, EXPIRED, fresh, EXPIRED)
    with (
        session({"base_url": vendor.url, **APP}, StoppedClock().clock) as http,
        pytest.raises(RequestFailed, match="401 Session expired or invalid"),
    ):
        query.count(Extraction({}, http, NOW, {}), "Lead", "")


def limited(message: str) -> Answer:
    return Answer([{"message": message, "errorCode": "REQUEST_LIMIT_EXCEEDED"}], 403)


def test_the_limit_of_the_day_stops_at_once(vendor: Vendor) -> None:
    vendor.says(limited("TotalRequests Limit exceeded."))
    stopped = StoppedClock()
    with (
        session({"base_url": vendor.url, "access_token": "t"}, stopped.clock) as http,
        pytest.raises(RequestFailed, match="daily limit is used up"),
    ):
        query.count(Extraction({}, http, NOW, {}), "Lead", "")
    assert (len(vendor.seen), stopped.slept) == (1, [])


@pytest.mark.parametrize(
    "passing",
    [
        limited("ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
        Answer([{"message": "Your query request was running too long.",
                 "errorCode": "QUERY_TIMEOUT"}], 400),
        Answer([{"message": "Server unavailable", "errorCode": "SERVER_UNAVAILABLE"}], 503),
    ],
)  # fmt: skip
def test_what_can_pass_is_asked_for_again(vendor: Vendor, passing: Answer) -> None:
    vendor.says(passing, Answer({"totalSize": 4}))
    config = {"base_url": vendor.url, "access_token": "t"}
    with session(config, StoppedClock().clock) as http:
        assert query.count(Extraction({}, http, NOW, {}), "Lead", "") == 4


def test_a_wrong_query_is_told_in_the_vendors_words(vendor: Vendor) -> None:
    wrong = {"message": "No such column 'Foo' on entity 'Lead'.", "errorCode": "INVALID_FIELD"}
    vendor.says(Answer([wrong], 400))
    with (
        session({"base_url": vendor.url, "access_token": "t"}, StoppedClock().clock) as http,
        pytest.raises(RequestFailed, match="No such column 'Foo'"),
    ):
        query.count(Extraction({}, http, NOW, {}), "Lead", "")


@pytest.mark.parametrize(("used", "is_red"), [(89, False), (91, True)])
def test_a_load_leaves_the_orgs_other_apps_a_share_of_the_calls(
    vendor: Vendor, used: int, is_red: bool
) -> None:
    vendor.says(Answer({"totalSize": 1}, headers={"Sforce-Limit-Info": f"api-usage={used}/100"}))
    with session({"base_url": vendor.url, "access_token": "t"}, StoppedClock().clock) as http:
        ctx = Extraction({}, http, NOW, {})
        if is_red:
            with pytest.raises(RequestFailed, match="91 of the org's 100 API calls"):
                query.count(ctx, "Lead", "")
        else:
            assert query.count(ctx, "Lead", "") == 1


def test_a_next_page_at_another_host_gets_no_token(vendor: Vendor, make_vendor: Any) -> None:
    other = make_vendor()
    other.says(Answer({}))
    page = {"totalSize": 2, "done": False, "records": [lead(1)], "nextRecordsUrl": other.url + "/q"}
    vendor.says(Answer(page))
    with (
        session({"base_url": vendor.url, "access_token": "t"}, StoppedClock().clock) as http,
        pytest.raises(RequestFailed, match="Credentials are never sent there"),
    ):
        list(query.read(Extraction({}, http, NOW, {}), "SELECT Id FROM Lead", "leads"))
    assert other.seen == []


def test_an_app_stands_in_for_a_token() -> None:
    place = {"base_url": "https://acme.my.salesforce.com"}
    assert SALESFORCE.missing({**place, **APP}) == []
    assert SALESFORCE.missing({**place, "client_id": "a"}) == ["client_secret"]

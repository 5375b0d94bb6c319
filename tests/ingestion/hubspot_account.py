"""A small HubSpot account held in memory, and what the connector reads of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ingestion.contract import Extraction, Page
from ingestion.errors import LoadFailed
from ingestion.sources.hubspot import extract

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)


def iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def contact(id_: int, at: datetime = NOW - timedelta(days=30), **properties: str | None) -> dict:
    stage = {"value": "lead", "timestamp": iso(at), "sourceType": "FORM"}
    return {
        "id": str(id_),
        "properties": {"hs_object_id": str(id_), "email": f"p{id_}@corp.example", **properties},
        "propertiesWithHistory": {"lifecyclestage": [stage]},
        "createdAt": iso(at),
        "updatedAt": iso(at),
        "archived": False,
    }


class Account:
    """A HubSpot account of a few contacts; it speaks the v3 list, search and batch addresses."""

    def __init__(self, *contacts: dict) -> None:
        self.contacts = list(contacts)
        self.archived: list[dict] = []
        self.companies_of: dict[str, list[int]] = {}
        self.hidden = 0
        self.unanswered: set[str] = set()
        self.calls: list[str] = []
        self.requests_made = 0
        self.marketing: dict[str, Any] = {}
        self.cap = 10_000
        self.lost_with = ""
        self.sends_unasked = False
        self.refused: Exception | None = None
        self.asked: list[dict] = []
        self.params: dict[str, dict] = {}
        self.kinds = [{"category": "HUBSPOT_DEFINED", "typeId": 1, "label": None}]

    def __enter__(self) -> "Account":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self, path: str, params: dict | None = None) -> Any:
        self.calls.append(f"GET {path}")
        params = params or {}
        self.params[path] = params
        if path.startswith("/marketing/campaigns/") and self.refused:
            raise self.refused
        if path in self.marketing:
            return self.marketing[path]
        if path == "/crm/objects/2026-03/contacts":
            if params["archived"] == "true":
                return {"results": self.archived}
            self.asked.append(params)
            start = int(params.get("after", 0))
            end = start + int(params["limit"])
            shown = self.contacts[: len(self.contacts) - self.hidden]
            more = {"paging": {"next": {"after": str(end)}}} if end < len(shown) else {}
            names = params["properties"].split(",")
            if self.lost_with in names:
                shown = shown[1:]
            return {"results": [self._shown(each, names) for each in shown[start:end]], **more}
        if path == "/crm/pipelines/2026-03/deals":
            stage = {
                "id": "won",
                "label": "Won",
                "displayOrder": 1,
                "metadata": {"isClosed": "true", "probability": "1.0"},
            }
            return {"results": [{"id": "default", "label": "Sales", "stages": [stage]}]}
        if path.startswith("/form-integrations"):
            values = [{"name": "Email", "value": "ada@corp.example", "objectTypeId": "0-1"}]
            row = {"conversionId": "s1", "submittedAt": 1780000000000, "values": values}
            return {"results": [{**row, "pageUrl": "https://www.corp.example/demo"}]}
        if path == "/marketing/v3/forms" and params["archived"] == "false":
            return {
                "results": [
                    {
                        "id": "f1",
                        "name": "Demo",
                        "formType": "hubspot",
                        "createdAt": iso(NOW),
                        "updatedAt": iso(NOW),
                        "archived": False,
                    }
                ]
            }
        return {"results": [], "total": 0}

    def post(self, path: str, body: dict) -> Any:
        self.calls.append(f"POST {path}")
        if path == "/crm/lists/2026-03/search":
            lists = self.marketing.get("lists", [])
            return {"lists": lists, "hasMore": False, "offset": len(lists), "total": len(lists)}
        if path == "/crm/objects/2026-03/contacts/search":
            return self._search(body)
        if path == "/crm/objects/2026-03/contacts/batch/read":
            wanted = {each["id"] for each in body["inputs"]} - self.unanswered
            return {"results": [each for each in self.contacts if each["id"] in wanted]}
        if path == "/crm/associations/2026-03/contacts/companies/batch/read":
            found = [
                {
                    "from": {"id": each["id"]},
                    "to": [
                        {"toObjectId": to, "associationTypes": self.kinds}
                        for to in self.companies_of[each["id"]]
                    ],
                }
                for each in body["inputs"]
                if each["id"] in self.companies_of
            ]
            errors = [
                {
                    "category": "OBJECT_NOT_FOUND",
                    "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                    "context": {"fromObjectId": [each["id"]]},
                }
                for each in body["inputs"]
                if each["id"] not in self.companies_of
            ]
            return {"results": found, "errors": errors, "numErrors": len(errors)}
        return {"results": [], "total": 0}

    def look(self, path: str, params: dict | None = None) -> Any:
        self.calls.append(f"GET {path}")
        id_ = path.rpartition("/")[2]
        return next((each for each in self.contacts if each["id"] == id_), None)

    def _shown(self, record: dict, names: list[str]) -> dict:
        held = record["properties"]
        if self.sends_unasked:
            return record
        return {**record, "properties": {name: held[name] for name in names if name in held}}

    def _search(self, body: dict) -> dict:
        found = list(self.contacts)
        for group in body["filterGroups"]:
            for each in group["filters"]:
                if each["propertyName"] == "lastmodifieddate":
                    since = datetime.fromtimestamp(int(each["value"]) / 1000, tz=UTC)
                    found = [
                        row for row in found if datetime.fromisoformat(row["updatedAt"]) >= since
                    ]
                if each["propertyName"] == "hs_object_id":
                    found = [row for row in found if int(row["id"]) > int(each["value"])]
        start = int(body["after"])
        if start + body["limit"] > self.cap:
            raise LoadFailed("400: past the search cap")
        end = start + body["limit"]
        more = {"paging": {"next": {"after": str(end)}}} if end < len(found) else {}
        return {"results": found[start:end], "total": len(found), **more}


def read(
    account: Account, state: dict | None = None, config: dict | None = None, **more: Any
) -> list:
    config = {"lag_minutes": 10, **(config or {})}
    ctx = Extraction(config, account, NOW, {} if state is None else state, **more)  # type: ignore[arg-type]
    return list(extract(ctx))


def rows(items: list, table: str) -> list[dict]:
    pages = [item for item in items if isinstance(item, Page) and item.table == table]
    return [row for page in pages for row in page.rows]

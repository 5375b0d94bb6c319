"""What hangs on HubSpot's records: associations, owners, pipelines, forms and submissions."""

import re

import orjson

from ingestion.sandbox.http import Answer, Ask, World, answer, listed
from ingestion.sandbox.views.hubspot.common import complete, flag, paged, refuse


def associations(ask: Ask, world: World, rest: str) -> Answer:
    """Answer which records the given ones are associated with, each with its types and labels."""
    found = re.match(r"^/(\w+)/(\w+)/batch/read$", rest)
    if found is None:
        return refuse(404, "OBJECT_NOT_FOUND", "No such resource.")
    from_object, to_object = found.groups()
    results, missing = [], []
    for each in ask.json()["inputs"]:
        rows = world.state.rows("hubspot", "associations", f"{from_object}:{each['id']}")
        held = [orjson.loads(row.body) for row in rows if row.status == "live"]
        to = [
            {
                "toObjectId": int(body["to_id"]),
                "associationTypes": body["types"],
            }
            for body in held
            if body["to_object"] == to_object
        ]
        if to:
            results.append({"from": {"id": str(each["id"])}, "to": to})
        else:
            missing.append(str(each["id"]))
    errors = [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
            "message": f"No {to_object} is associated with {from_object} {each}.",
            "context": {
                "fromObjectId": [each],
                "fromObjectType": [from_object],
                "toObjectType": [to_object],
            },
        }
        for each in missing
    ]
    body = {**complete(world), "results": results}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return answer(body, 207 if errors else 200)


def owners(ask: Ask, world: World, rest: str) -> Answer:
    """Answer with the owners: those who work here, or those who left."""
    return _short(ask, world, "owners")


def pipelines(_: Ask, world: World, rest: str) -> Answer:
    """Answer with the deal pipelines, all at once."""
    if rest != "/deals":
        return refuse(404, "OBJECT_NOT_FOUND", "No such resource.")
    return listed("results", [row.body for row in world.state.rows("hubspot", "pipelines")], {})


def forms(ask: Ask, world: World, rest: str) -> Answer:
    """Answer with the forms of the types asked for: plain HubSpot forms by default."""
    wanted = ask.query.get("formTypes", "hubspot").split(",")
    return _short(ask, world, "forms", None if "all" in wanted else wanted)


def _short(ask: Ask, world: World, object_: str, types: list[str] | None = None) -> Answer:
    status = "archived" if flag(ask, "archived") else "live"
    rows = [row for row in world.state.rows("hubspot", object_) if row.status == status]
    if types is not None:
        rows = [row for row in rows if orjson.loads(row.body)["formType"] in types]
    return paged(ask, rows, f"{object_}/{status}")


def submissions(ask: Ask, world: World, form: str) -> Answer:
    """Answer with what came through a form, newest first."""
    rows = world.state.rows("hubspot", "form_submissions", form)
    bound = f"forms/{form}"
    newest = world.state.found(bound, lambda: sorted(rows, key=lambda row: (-row.sort_at, row.key)))
    return paged(ask, newest, bound)

"""The version of HubSpot's API that is spoken, and where each thing stands under it.

Two things have no dated address yet (looked up in November 2026): forms are GA only as v3, as
`/marketing/forms/2026-09-beta` is a beta, and submissions only as v1.
"""

from datetime import date

from ingestion.catalogue import Api

API = Api(
    version="2026-03",
    sunset=date(2027, 9, 30),
    stated_by=(
        "developers.hubspot.com, platform versioning: a version is supported for 18 months, and "
        "2026-03 was released on 2026-03-30. v1 to v3, of which the forms and their submissions "
        "are left, go unsupported in September 2027 as well (changelog of 2026-09-15)."
    ),
)

OWNERS = f"/crm/owners/{API.version}"
PIPELINES = f"/crm/pipelines/{API.version}/deals"
LISTS = f"/crm/lists/{API.version}"
EMAILS = f"/marketing/emails/{API.version}"
CAMPAIGNS = f"/marketing/campaigns/{API.version}"
FORMS = "/marketing/v3/forms"
SUBMISSIONS = "/form-integrations/v1/submissions/forms"
# An app's access token lives 30 minutes, a private app's until it is revoked.
TOKEN_URL = f"https://api.hubapi.com/oauth/{API.version}/token"


def objects(object_type: str) -> str:
    """Return where the records of an object type stand."""
    return f"/crm/objects/{API.version}/{object_type}"


def associations(from_object: str, to_object: str) -> str:
    """Return where the associations of many records are asked for."""
    return f"/crm/associations/{API.version}/{from_object}/{to_object}/batch/read"

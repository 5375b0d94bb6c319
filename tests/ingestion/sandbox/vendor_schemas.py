"""What vendors themselves say of their answers: Klaviyo's specification, Google's discovery."""

import json
import os
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.schema import Schemas

# Outside the repository: in ENGINEROOM_SHARED, or in `shared` beside it.
SHARED = Path(os.environ.get("ENGINEROOM_SHARED") or Path(__file__).parents[4] / "shared")
SPECS = SHARED / "specs" / "klaviyo"


def _nullable(schema: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema says a type of null."""
    if isinstance(schema, list):
        return [_nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    # The document's alternatives are at times the same ones: `oneOf` could not be met.
    named = {"oneOf": "anyOf"}
    made = {named.get(k, k): _nullable(v) for k, v in schema.items() if k != "nullable"}
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") is True else made


@cache
def _document(name: str) -> dict[str, Any]:
    path = SPECS / f"{name}.json"
    if not path.exists():
        pytest.skip("the vendor's specification is not on this machine")
    return _nullable(json.loads(path.read_text()))


def klaviyo_judge(document: str, path: str, method: str, body: Any, status: str = "200") -> None:
    """Fail where a body is not what the vendor's specification says of an answer."""
    spec = _document(document)
    answers = spec["paths"][path][method]["responses"][status]["content"]
    schema = {**next(iter(answers.values()))["schema"], "components": spec["components"]}
    jsonschema.Draft202012Validator(schema).validate(body)


_KINDS = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


def _check(value: Any, schema: dict[str, Any], schemas: Schemas, where: str = "") -> None:
    """Fail where a value is not what the discovery document's schema allows."""
    if "$ref" in schema:
        schema = schemas.get(schema["$ref"])
    if schema["type"] == "any":
        return
    kind = _KINDS[schema["type"]]
    assert isinstance(value, kind), f"{where}: {value!r} is no {schema['type']}"
    assert not (schema["type"] == "integer" and isinstance(value, bool)), where
    if schema.get("format") in ("uint64", "int64"):
        assert value.isdigit(), where
    if schema.get("format") == "date-time":
        datetime.fromisoformat(value)
    if "enum" in schema:
        assert value in schema["enum"], f"{where}: {value}"
    if isinstance(value, list):
        for number, each in enumerate(value):
            _check(each, schema["items"], schemas, f"{where}[{number}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        more = schema.get("additionalProperties")
        assert more or not value.keys() - known.keys(), f"{where}: {value.keys() - known.keys()}"
        for name, each in value.items():
            _check(each, known.get(name, more), schemas, f"{where}.{name}")


@cache
def _discovered(document: str) -> Schemas:
    return Schemas(json.loads(str(get_static_doc(*document.split(".")))))


def google_judge(body: Any, document: str, schema: str) -> Any:
    """Return a body that is what the discovery document says of it; else fail."""
    schemas = _discovered(document)
    _check(body, schemas.get(schema), schemas, schema)
    return body

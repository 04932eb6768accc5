"""The schema says what is answered, no more and no less; the metadata says what may be asked."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest

from guanxi.kernel.entity import Entity
from tests import samples
from tests.api.conftest import Program, address
from tests.people import Cast, restrict

Programs = Callable[[Any], Program]
TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
    "null": lambda v: v is None,
}
FORMATS = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    "decimal": r"-?\d+(\.\d+)?",
    "uuid": r"[0-9a-f-]{36}",
    "uri": r"https?://\S+",
}
KNOWN = {
    "type", "enum", "format", "pattern", "maxLength", "minimum", "maximum", "items", "properties", "required", "additionalProperties", "anyOf",
    "$ref", "title", "description", "readOnly", "default",
}  # fmt: skip


def faults(value: Any, schema: dict[str, Any], document: dict[str, Any], at: str = "") -> list[str]:
    """Where a value breaks a schema; a keyword that this does not know is a fault too."""
    found = [f"{at}: unknown keyword {k}" for k in set(schema) - KNOWN]
    if "$ref" in schema:
        return found + faults(value, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, at)
    if "anyOf" in schema and all(faults(value, option, document, at) for option in schema["anyOf"]):
        found.append(f"{at}: {value!r} is none of {schema['anyOf']}")
    types = schema.get("type", list(TYPES))
    if not any(TYPES[t](value) for t in ([types] if isinstance(types, str) else types)):
        return [*found, f"{at}: {value!r} is no {types}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is not in the list")
    if isinstance(value, str):
        wanted = schema.get("pattern") or FORMATS.get(schema.get("format", ""), "")
        if wanted and not re.fullmatch(wanted.strip("^$"), value):
            found.append(f"{at}: {value!r} is no {wanted}")
        if len(value) > schema.get("maxLength", len(value)):
            found.append(f"{at}: too long")
    if isinstance(value, list):
        found += [f for n, item in enumerate(value) for f in faults(item, schema.get("items", {}), document, f"{at}[{n}]")]
    if isinstance(value, dict):
        properties, more = schema.get("properties", {}), schema.get("additionalProperties", {})
        found += [f"{at}: lacks {key}" for key in schema.get("required", []) if key not in value]
        for key, item in value.items():
            if key in properties:
                found += faults(item, properties[key], document, f"{at}.{key}")
            elif more is False:
                found.append(f"{at}: {key} is not in the schema")
    return found


def answered(document: dict[str, Any], path: str, verb: str, status: str) -> dict[str, Any]:
    """The schema of an answer."""
    content = document["paths"][path][verb]["responses"][status]["content"]
    schema: dict[str, Any] = next(iter(content.values()))["schema"]
    return schema


def test_the_schema_matches_what_is_answered(entity: Entity, cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    document = mine.get("openapi.json").json()
    base = f"/api/v1/{entity.slug}"
    for shape in ("minimal", "full", "hostile"):
        record = samples.make(entity, shape, actor=cast.owner)
        read = mine.get(address(entity, record)).json()
        schema = answered(document, f"{base}/{{id}}", "get", "200")
        assert faults(read, schema, document) == []
        described = document["components"]["schemas"][entity.schema]["properties"]
        assert set(described) == set(read)
        body = document["paths"][f"{base}/{{id}}"]["patch"]["requestBody"]["content"]["application/json"]["schema"]
        sent = {key: value for key, value in read.items() if key in body["properties"]}
        assert faults(sent, body, document) == []
        assert set(body["properties"]) - {"version"} >= set(entity.writable(cast.owner))
        history = mine.get(address(entity, record, "history")).json()
        assert faults(history, answered(document, f"{base}/{{id}}/history", "get", "200"), document) == []
    page = mine.get(entity.slug, limit=1).json()
    assert faults(page, answered(document, base, "get", "200"), document) == []
    similar = mine.get(f"{entity.slug}/similar", value="Acme").json()
    assert faults(similar, answered(document, f"{base}/similar", "get", "200"), document) == []
    refused = mine.get(address(entity, 1)).json()
    assert faults(refused, answered(document, f"{base}/{{id}}", "get", "404"), document) == []


def test_what_the_schema_requires_is_what_a_record_needs(entity: Entity, cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    document = mine.get("openapi.json").json()
    body = document["paths"][f"/api/v1/{entity.slug}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    given = samples.values(entity, "full", actor=cast.owner)
    needed = {key: given[key] for key in body.get("required", [])}
    assert faults(needed, body, document) == []
    assert mine.post(entity.slug, needed).status_code == 201
    for key in needed:
        answer = mine.post(entity.slug, {k: v for k, v in needed.items() if k != key})
        assert answer.status_code == 422
        assert key in answer.json()["errors"]


def test_the_schema_is_that_of_the_reader(entity: Entity, cast: Cast, program: Programs) -> None:
    record = samples.make(entity, "full", actor=cast.owner)
    mine, name = program(cast.owner), entity.schema
    key = next((k for k, f in entity.fields.items() if f.kind.name in ("datetime", "date") and not f.computed), "")
    if not key:
        pytest.skip("has no day of its own")
    restrict(cast.owner, entity.key, key, "hidden")
    assert key not in mine.get("openapi.json").json()["components"]["schemas"][name]["properties"]
    restrict(cast.owner, entity.key, key, "masked")
    document = mine.get("openapi.json").json()
    assert (
        faults(mine.get(address(entity, record)).json(), answered(document, f"/api/v1/{entity.slug}/{{id}}", "get", "200"), document) == []
    )
    looking = program(cast.readonly).get("openapi.json").json()["paths"]
    assert "post" not in looking[f"/api/v1/{entity.slug}"]
    assert set(looking[f"/api/v1/{entity.slug}/{{id}}"]) == {"parameters", "get"}
    assert f"/api/v1/{entity.slug}" not in program(cast.admin).get("openapi.json").json()["paths"]


def test_every_operation_and_reference_of_the_document_is_whole(cast: Cast, program: Programs) -> None:
    document = program(cast.director).get("openapi.json").json()
    names = [o["operationId"] for p in document["paths"].values() for verb, o in p.items() if verb != "parameters"]
    assert len(names) == len(set(names))

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            return ([node["$ref"]] if "$ref" in node else []) + [r for v in node.values() for r in references(v)]
        return [r for v in node for r in references(v)] if isinstance(node, list) else []

    for reference in references(document):
        assert reference.rpartition("/")[2] in document["components"]["schemas"]
    for path, item in document["paths"].items():
        holes = set(re.findall(r"\{(\w+)\}", path))
        assert {p["name"] for p in item.get("parameters", []) if p["in"] == "path"} == holes


def test_metadata_says_what_each_field_takes(entity: Entity, cast: Cast, program: Programs) -> None:
    mine = program(cast.owner)
    (described,) = [e for e in mine.results("meta/entities") if e["slug"] == entity.slug]
    assert {f["key"] for f in described["fields"]} == set(entity.visible(cast.owner))
    signs = itertools.cycle(("", "-"))
    for field in described["fields"]:
        declared = entity.fields[field["key"]]
        assert field["writable"] == (field["key"] in entity.writable(cast.owner))
        assert field["kind"] == declared.kind.name
        if field["sortable"]:
            assert mine.get(entity.slug, sort=next(signs) + field["key"]).status_code == 200, field["key"]
        else:
            assert mine.get(entity.slug, sort=field["key"]).status_code == 400
    asked = [[f["key"], op] for f in described["fields"] for op in f["operators"] if op in ("empty", "not_empty")]
    for some in (asked[at : at + 20] for at in range(0, len(asked), 20)):
        assert mine.get(entity.slug, where=["or", *some]).status_code == 200

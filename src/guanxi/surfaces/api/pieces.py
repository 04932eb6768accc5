"""Of what an OpenAPI document is made: an operation with its refusals, a page, a parameter."""

from __future__ import annotations

from typing import Any

JSON, BASE = "application/json", "/api/v1"
REFUSALS = {
    "400": "Bad Request",
    "401": "Unauthorized",
    "403": "Forbidden",
    "404": "Not Found",
    "429": "Too Many Requests",
    "503": "Service Unavailable",
}
WRITING = {"409": "Conflict", "413": "Content Too Large", "415": "Unsupported Media Type", "422": "Unprocessable Content"}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}


def operation(
    name: str,
    summary: str,
    responses: dict[str, Any],
    *,
    body: dict[str, Any] | None = None,
    parameters: list[dict[str, Any]] | None = None,
    writes: bool = False,
    optional: bool = False,
) -> dict[str, Any]:
    """One verb of one address, with the refusals that it shares with the others."""
    refusals = {**REFUSALS, **(WRITING if body is not None or writes else {})}
    problem = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    found: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "responses": {**responses, **{status: {"description": words, **problem} for status, words in refusals.items()}},
    }
    if parameters:
        found["parameters"] = parameters
    if body is not None:
        found["requestBody"] = {"required": not optional, "content": {JSON: {"schema": body}}}
    return found


def ok(content: dict[str, Any]) -> dict[str, Any]:
    """A success with a body."""
    return {"description": "OK", "content": {JSON: {"schema": content}}}


def page(name: str) -> dict[str, Any]:
    """`results` and the address of the next page."""
    found = results(name)
    found["properties"]["next"] = {"type": ["string", "null"], "format": "uri"}
    return {**found, "required": ["results", "next"]}


def results(name: str) -> dict[str, Any]:
    """`results` alone."""
    items = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
    return {"type": "object", "properties": {"results": items}, "required": ["results"], "additionalProperties": False}


def query(name: str, words: str, schema_: dict[str, Any] | None = None) -> dict[str, Any]:
    """A parameter in the address."""
    return {"name": name, "in": "query", "description": words, "schema": schema_ or {"type": "string"}}


__all__ = ["BASE", "ID", "JSON", "ok", "operation", "page", "query", "results"]

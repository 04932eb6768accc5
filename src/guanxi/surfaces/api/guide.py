"""`/api/docs/`: the API as whoever is signed in may use it, drawn from his own OpenAPI document, with every call to be tried."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from guanxi.kernel import clock
from guanxi.kernel.registry import registry
from guanxi.kernel.write import unit
from guanxi.org import tokens
from guanxi.org.duty import DOOR
from guanxi.surfaces.api import openapi
from guanxi.surfaces.pages.frame import actor_of, page, signed_in

VERBS = ("get", "post", "patch", "delete")
#: How long the token is good that the page makes for trying.
TRIAL = timedelta(hours=1)
#: The shapes of an answer that a reader meets first.
EXAMPLES: dict[str, Any] = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}, "string": ""}


@signed_in
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """The page; POST makes a token to try with, shown this once."""
    actor, fresh = actor_of(request), ""
    if request.method == "POST":
        with unit(actor, DOOR):
            fresh = tokens.issue(actor.login, name=_("From the page of the API"), until=clock.now() + TRIAL)
    document = openapi.document(request, actor)
    context = {"parts": parts(document), "fresh": fresh, "server": document["servers"][0]["url"]}
    return page(request, "pages/api.html", context, title=_("API"))


def parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls by what they are about, in the order of the menu, what is about everything first."""
    labels = {entity.slug: str(entity.label_plural) for entity in registry.in_menu()}
    found: dict[str, list[dict[str, Any]]] = {}
    for path, item in document["paths"].items():
        slug = path.split("/")[3]
        about = slug if slug in labels or slug.startswith("pool-") else ""
        calls = [_call(path, verb, item[verb], item.get("parameters", [])) for verb in VERBS if verb in item]
        found.setdefault(about, []).extend(calls)
    return [
        {"code": slug or "all", "label": labels.get(slug) or slug or _("Everything"), "calls": found[slug]}
        for slug in sorted(found, key=bool)
    ]


def _call(path: str, verb: str, operation: dict[str, Any], shared: list[dict[str, Any]]) -> dict[str, Any]:
    """One call as the page draws it."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = next(iter(content.values()))["schema"] if content else None
    return {
        "id": operation["operationId"],
        "verb": verb.upper(),
        "path": path,
        "summary": operation["summary"],
        "parameters": [*shared, *operation.get("parameters", [])],
        "fields": fields(schema) if schema else [],
        "body": json.dumps(example(schema), ensure_ascii=False, indent=2) if schema else None,
        "statuses": [(status, one["description"]) for status, one in operation["responses"].items()],
    }


def fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """What a body may hold."""
    required = schema.get("required", ())
    return [
        {"key": key, "label": one.get("title", ""), "type": kind(one), "help": one.get("description", ""), "required": key in required}
        for key, one in schema.get("properties", {}).items()
    ]


def kind(schema: dict[str, Any]) -> str:
    """A schema in a word."""
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(kind(one) for one in schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    found = schema.get("type", "")
    words = found if isinstance(found, str) else " | ".join(found)
    return f"{words} ({schema['format']})" if "format" in schema else words


def example(schema: dict[str, Any]) -> dict[str, Any]:
    """A body with what is required, to begin with."""
    return {key: _value(schema["properties"][key]) for key in schema.get("required", ()) if key in schema.get("properties", {})}


def _value(schema: dict[str, Any]) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    first = kind(schema).partition(" ")[0]
    return EXAMPLES.get(first, 1)


__all__ = ["example", "fields", "kind", "parts", "show"]

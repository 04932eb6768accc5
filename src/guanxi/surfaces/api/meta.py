"""`/api/v1/meta/entities`: what there is, for a program that builds itself on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from guanxi.kernel import pooled
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.grants import VERBS
from guanxi.kernel.registry import registry
from guanxi.surfaces.api import schema
from guanxi.surfaces.api.collection import answer


def entities(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every entity that the actor may view, with its fields as he has them."""
    found = [(entity, actor) for entity in registry.in_menu() if actor.may(entity.key, "view")]
    return answer({"results": [describe(entity, reader) for entity, reader in [*found, *pooled.faces(actor)]], "next": None})


def describe(entity: Entity, actor: Actor) -> dict[str, Any]:
    """One entity."""
    return {
        "slug": entity.slug,
        "key": entity.key,
        "label": str(entity.label),
        "label_plural": str(entity.label_plural),
        "title": entity.title,
        "parent": entity.parent or None,
        "url": f"/api/v1/{entity.slug}",
        "searchable": bool(entity.search),
        "sorts": list(entity.sorts),
        "may": [verb for verb in VERBS if actor.may(entity.key, verb)],
        "actions": [
            {"code": a.code, "label": str(a.label), "fields": list(a.form)} for a in entity.actions if actor.may(entity.key, a.grant)
        ],
        "fields": [one(entity, field, actor) for field in entity.visible(actor).values()],
    }


def one(entity: Entity, field: Field, actor: Actor) -> dict[str, Any]:
    """One field."""
    masked = actor.right(entity.key, field.key) == "masked"
    target = getattr(field.kind, "target", None)
    return {
        "key": field.key,
        "label": str(field.label),
        "kind": field.kind.name,
        "required": schema.required_at_first(field),
        "writable": field.key in entity.writable(actor),
        "masked": masked,
        "sortable": field.kind.sortable and not masked,
        "operators": [op for op in field.kind.operators if op == "is" or not masked],
        "schema": schema.read_schema(field, actor, entity),
        "options": field.kind.options(Reader(actor)),
        "target": target.slug if target is not None else None,
    }

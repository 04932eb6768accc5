"""A wrong declaration fails at start-up with a code and a hint, never at click time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from django.core.checks import CheckMessage, Error, register

from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry


@register()
def check_entities(**kwargs: Any) -> list[CheckMessage]:
    """Check every declaration."""
    return [message for entity in registry for message in _check(entity)]


def _check(entity: Entity) -> Iterator[CheckMessage]:
    name = type(entity).__name__
    known = set(entity.fields)
    listed: dict[str, Iterable[str]] = {
        "columns": entity.columns,
        "filters": entity.filters,
        "search": entity.search,
        "sorts": entity.sorts,
        "quick": entity.quick,
        "whole": entity.whole,
        "chips": entity.chips,
        "tiles": entity.tiles,
        "layout": [key for keys in entity.layout.values() for key in keys],
        "unique": [u.field for u in entity.unique],
        "title": [entity.title],
        "parent": [entity.parent] if entity.parent else [],
        "stage": [entity.stage] if entity.stage else [],
        "boards": [key for b in entity.boards for key in (b.by, b.total, b.stale, *b.card) if key],
        "rollups": [r.field for r in entity.rollups],
        "hidden_in_form": entity.hidden_in_form,
        "composer": entity.composer,
        "forms": [key for form in entity.forms for key in (*form.sets, *form.without)],
        "territory": [entity.territory] if entity.territory else [],
        "personal": entity.personal,
        "lies_in": [entity.lies_in] if entity.lies_in else [],
    }
    for number, (attribute, keys) in enumerate(listed.items(), start=1):
        for key in keys:
            if key not in known:
                yield _unknown(f"guanxi.E{number:03d}", f"{name}.{attribute}", key, known)
    yield from _check_views(entity, name)
    yield from _check_related(entity, name)
    yield from _check_proposals(entity, name)
    kinds = [entity.fields[key].kind.name for key in entity.composer if key in known]
    if entity.composer and kinds != ["choice", "text", "datetime"]:
        hint = 'Name a choice, a text and an instant: composer = ("mode", "summary", "next_at").'
        yield Error(f"{name}.composer holds {', '.join(kinds)}.", hint=hint, id="guanxi.E032")
    if not entity.columns:
        yield Error(f"{name}.columns is empty.", hint="Name at least the title field.", id="guanxi.E030")
    if entity.grants.same_as and entity.grants.same_as not in {e.key for e in registry}:
        yield _unknown("guanxi.E031", f"{name}.grants", entity.grants.same_as, {e.key for e in registry})


def _check_views(entity: Entity, name: str) -> Iterator[CheckMessage]:
    for view in entity.views:
        for key in (*view.columns, *([view.sort.lstrip("-")] if view.sort else [])):
            if key not in entity.fields:
                yield _unknown("guanxi.E020", f"{name}.views[{view.code}]", key, set(entity.fields))


def _check_related(entity: Entity, name: str) -> Iterator[CheckMessage]:
    backs = {child.fields[key].extra["back"] for child, key in registry.children(entity)}
    links = set(getattr(entity.model, "declared_links", {}))
    for key in entity.related:
        if key not in backs | links:
            yield _unknown("guanxi.E021", f"{name}.related", key, backs | links)
    for rollup in entity.rollups:
        child = next((e for e in registry if e.key == rollup.child.lower()), None)
        if child is None or rollup.via not in child.fields:
            yield _unknown("guanxi.E022", f"{name}.rollups", rollup.child if child is None else rollup.via, {e.key for e in registry})


def _check_proposals(entity: Entity, name: str) -> Iterator[CheckMessage]:
    for field in entity.fields.values():
        for key, source in getattr(field.kind, "proposes", {}).items():
            target = set(field.kind.target.fields)  # type: ignore[attr-defined]
            if key not in entity.fields:
                yield _unknown("guanxi.E023", f"{name}.{field.key}.proposes", key, set(entity.fields))
            if source not in target:
                yield _unknown("guanxi.E023", f"{name}.{field.key}.proposes", source, target)


def _unknown(code: str, where: str, key: str, known: set[str]) -> Error:
    close = get_close_matches(key, known, n=1)
    hint = f"Did you mean '{close[0]}'?" if close else f"It may name: {', '.join(sorted(known))}."
    return Error(f"{where} names '{key}'.", hint=hint, id=code)

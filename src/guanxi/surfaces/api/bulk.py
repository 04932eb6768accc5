"""`POST /api/v1/<slug>/bulk`: up to a thousand records at once, each with its own result; a refused one leaves the others alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanxi.kernel import idempotency, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.surfaces.api import body
from guanxi.surfaces.api.collection import answer
from guanxi.surfaces.api.door import entity_of
from guanxi.surfaces.api.problems import Problem, missing

MOST = 1_000
VERBS = ("create", "update", "delete")
Results = dict[int, dict[str, Any]]


def run(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Do it; the same `Idempotency-Key` does it once and gives the first results again."""
    entity = entity_of(actor, slug)
    if actor.pool is not None:
        raise missing()
    given = body.document(request)
    verb = next(iter(given), "")
    rows = given.get(verb)
    if len(given) != 1 or verb not in VERBS or not isinstance(rows, list) or not 1 <= len(rows) <= MOST:
        raise Problem(400, _("Give one list of 1 to %(most)d records: create, update or delete.") % {"most": MOST})
    if not actor.may(entity.key, "edit" if verb == "update" else verb):
        raise write.Forbidden(_("You may not do this with “%(entity)s”.") % {"entity": entity.label_plural})
    key = request.headers.get("Idempotency-Key", "")
    name = hashlib.sha256(f"{request.path.rstrip('/')}\n{key}".encode()).hexdigest() if key else ""
    asked = hashlib.sha256(f"POST {request.path.rstrip('/')}\n".encode() + request.body).hexdigest()
    try:
        results, again = idempotency.answered(name, actor, lambda: _done(entity, verb, rows, actor), asked=asked)
    except idempotency.Reused:
        raise Problem(422, _("This Idempotency-Key was sent before with another request. Take a new one.")) from None
    response = answer({"results": results})
    if again:
        response["Idempotency-Replayed"] = "true"
    return response


def _done(entity: Entity, verb: str, rows: list[Any], actor: Actor) -> list[dict[str, Any]]:
    results = DO[verb](entity, rows, actor)
    return [{"index": place, **results[place]} for place in range(len(rows))]


def _create(entity: Entity, rows: list[Any], actor: Actor) -> Results:
    results, good = _read(entity, rows)
    outcome = write.create_many(entity, list(good.values()), actor=actor, door="api")
    return results | _told(outcome, dict(enumerate(good)))


def _update(entity: Entity, rows: list[Any], actor: Actor) -> Results:
    ids = [row.get("id") if isinstance(row, dict) else None for row in rows]
    results, good = _read(entity, [{k: v for k, v in row.items() if k != "id"} if isinstance(row, dict) else row for row in rows])
    places: dict[int, int] = {}
    for place in list(good):
        number = ids[place]
        if not _is_id(number) or number in places:
            results[place] = _refused({"id": _("Give the number of each record, once.")})
        else:
            places[number] = place  # type: ignore[index]
    outcome = write.update_many(entity, {number: good[place] for number, place in places.items()}, actor=actor, door="api")
    return results | _told(outcome, places)


def _delete(entity: Entity, rows: list[Any], actor: Actor) -> Results:
    results: Results = {}
    places: dict[int, int] = {}
    for place, number in enumerate(rows):
        if not _is_id(number) or number in places:
            results[place] = _refused({"id": _("Give the number of each record, once.")})
        else:
            places[number] = place
    return results | _told(write.delete_many(entity, list(places), actor=actor, door="api"), places)


DO: dict[str, Callable[[Entity, list[Any], Actor], Results]] = {"create": _create, "update": _update, "delete": _delete}


def _read(entity: Entity, rows: list[Any]) -> tuple[Results, dict[int, dict[str, Any]]]:
    """Rows whose values have the right types, by place, and the refusals of the others."""
    results: Results = {}
    good: dict[int, dict[str, Any]] = {}
    for place, row in enumerate(rows):
        try:
            if not isinstance(row, dict):
                raise Problem(422, _("Send one JSON object."))
            good[place] = body.values(entity, row)
        except Problem as refusal:
            results[place] = _refused(refusal.errors or {"": refusal.detail})
    return results, good


def _told(outcome: Any, places: dict[int, int]) -> Results:
    """What became of each, by its place in what was sent."""
    found: Results = {}
    for key, place in places.items():
        if key in outcome.refused:
            found[place] = _refused(outcome.refused[key])
        elif key in outcome.sent:
            found[place] = {"status": "waiting", "id": outcome.sent[key].record, "review": outcome.sent[key].number}
        else:
            row = outcome.written.get(key)
            found[place] = {"status": "done", "id": row.id if row is not None else key}
    return found


def _refused(errors: dict[str, str]) -> dict[str, Any]:
    return {"status": "refused", "id": None, "errors": {key: str(words) for key, words in errors.items()}}


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


__all__ = ["MOST", "run"]

"""`/api/v1/<slug>/<id>`: one record, its declared actions and its history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from guanxi.kernel import directory, drafts, history, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import predicate, tree
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Action, Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.registry import registry
from guanxi.kernel.successor import successor
from guanxi.surfaces.api import body, expanding, review
from guanxi.surfaces.api.collection import answer, chosen, following, limit, once, parameters
from guanxi.surfaces.api.door import entity_of
from guanxi.surfaces.api.problems import Problem, missing
from guanxi.surfaces.api.values import Shape, stored


def read(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """The record."""
    entity = entity_of(actor, slug)
    parameters(request, ("fields", "expand"))
    keys = chosen(request, entity, actor)
    expand = expanding.wanted(request, entity, actor, keys)
    document = Shape(entity, actor, keys).one(record_id)
    if document is None:
        return _moved(request, entity, actor, record_id)
    return answer(next(expanding.along([document], expand, actor)))


def _moved(request: HttpRequest, entity: Entity, actor: Actor, record_id: int) -> HttpResponse:
    """The address of a merged record leads to what it has become; of others there is nothing."""
    heir = successor(entity, actor, record_id)
    if heir is None:
        raise missing()
    place = request.build_absolute_uri(f"/api/v1/{entity.slug}/{heir}")
    return HttpResponse(status=308, headers={"Location": place})


def change(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """Change the given fields. With `version`, a field that somebody else changed since is a conflict and nothing is written."""
    entity = entity_of(actor, slug)
    seen(entity, actor, record_id)
    given = body.document(request)
    base = body.version(given)
    try:
        done = write.update((entity, record_id), body.values(entity, given), actor=actor, door="api", base=base)
    except write.Conflict as conflict:
        raise clashing(entity, conflict) from None
    return review.accepted(request, actor, done.number) if isinstance(done, Draft) else answer(after(entity, actor, record_id))


def clashing(entity: Entity, conflict: write.Conflict) -> Problem:
    """Each clashing field with its value as read, as it stands now, and as sent."""
    clashes = []
    for clash in conflict.clashes:
        field = entity.fields[clash.key]
        found = {
            "field": clash.key,
            "read": stored(field, clash.old),
            "now": field.kind.json(clash.theirs),
            "sent": field.kind.json(clash.mine),
        }
        if clash.currencies:
            found["currencies"] = dict(zip(("read", "now", "sent"), clash.currencies, strict=True))
        clashes.append(found)
    errors = {str(c["field"]): str(conflict) for c in clashes}
    return Problem(409, str(conflict), errors=errors, clashes=clashes, version=conflict.version)


def after(entity: Entity, actor: Actor, record_id: int) -> dict[str, Any]:
    """The record as it is now; only its id when the write took it out of the actor's sight."""
    return Shape(entity, actor).one(record_id) or {"id": record_id}


def remove(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """To the recycle bin."""
    done = write.delete((entity_of(actor, slug), record_id), actor=actor, door="api")
    return review.accepted(request, actor, done.number) if isinstance(done, Draft) else HttpResponse(status=204)


def restore(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """Out of the recycle bin."""
    entity = entity_of(actor, slug)
    done = write.restore((entity, record_id), actor=actor, door="api")
    return review.accepted(request, actor, done.number) if isinstance(done, Draft) else answer(after(entity, actor, record_id))


def act(request: HttpRequest, actor: Actor, slug: str, record_id: int, code: str) -> HttpResponse:
    """A declared action with the values of its form."""
    entity = entity_of(actor, slug)
    record = seen(entity, actor, record_id)
    action = entity.action(code)
    if action is None:
        raise missing()
    if not actor.may(entity.key, action.grant):
        raise write.Forbidden()
    given = body.document(request, optional=True)
    base = body.version(given)
    strange = {key: _("“%(name)s” cannot be set.") % {"name": key} for key in given if key not in action.form}
    if strange:
        raise Problem(422, " ".join(strange.values()), errors=strange)
    values = body.values(entity, given, action.fields(entity))

    def do() -> int:
        _timely(entity, action, record, actor)
        if action.as_read and base not in (None, record.version):
            raise Problem(409, str(write.Outdated()))
        if action.run is not None:
            return ran(action.run(entity, [record.id], values, actor, "api"), record.id)
        changes = action.effect(record, values, actor) if action.effect else {}
        changed = write.update((entity, record.id), changes, actor=actor, door="api", verb=code, action=action.grant, base=base)
        return drafts.mark(changed)

    try:
        number, again = once(request, actor, do)
    except write.Conflict as conflict:
        raise clashing(entity, conflict) from None
    if number < 0:
        return review.accepted(request, actor.person, -number, again=again)
    return answer(after(registry.get(entity.key), actor.person, record_id))


def ran(outcome: write.Outcome, record_id: int) -> int:
    """The record that an action was done to, or minus the draft that waits; else why it was not."""
    if record_id in outcome.sent:
        return drafts.mark(outcome.sent[record_id])
    if record_id in outcome.refused:
        message = " ".join(outcome.refused[record_id].values())
        raise Problem(409, message)
    return record_id


def _timely(entity: Entity, action: Action, record: Any, actor: Actor) -> None:
    """The action must make sense on the record as it stands."""
    if action.when and not predicate.matches(tree.parse(entity, list(action.when), actor), record, actor):
        raise Problem(409, _("“%(action)s” is not possible as the record stands.") % {"action": action.label})


def seen(entity: Entity, actor: Actor, record_id: int, *, deleted: bool | None = False) -> Any:
    """The record, or the answer that strangers get."""
    record = entity.rows(actor, deleted=deleted).filter(id=record_id).first()
    if record is None:
        raise missing()
    return record


def trail(request: HttpRequest, actor: Actor, slug: str, record_id: int) -> HttpResponse:
    """What happened to the record, newest first, as this reader may see it today; also of a record in the bin."""
    entity = entity_of(actor, slug)
    parameters(request, ("before", "limit"))
    seen(entity, actor, record_id, deleted=None)
    size = limit(request)
    found = history.of_record(record_id, limit=size, before=_before(request))
    reader = Reader(actor)
    shown = [(change, change.lines(entity, reader)) for change in found]
    results = [_change(change, lines, change.why(entity, reader)) for change, lines in shown if lines or change.verb != "update"]
    earlier = bool(found) and bool(history.of_record(record_id, limit=1, before=found[-1].at))
    return answer({"results": results, "next": following(request, before=found[-1].at.isoformat()) if earlier else None})


def _before(request: HttpRequest) -> datetime | None:
    given = request.GET.get("before", "")
    if not given:
        return None
    try:
        moment = parse_datetime(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Problem(400, _("This page address is damaged. Start again from the first page."))
    return moment


def _change(change: history.Change, lines: list[Any], why: str) -> dict[str, Any]:
    return {
        "at": change.at.isoformat(),
        "verb": change.verb,
        "door": change.door,
        "version": change.version,
        "write": str(change.write_id),
        "actor": change.actor,
        "name": directory.person_name(change.actor),
        "reason": why,
        "changes": [{"field": f.key, "label": str(f.label), "old": old, "new": new} for f, old, new in lines],
    }

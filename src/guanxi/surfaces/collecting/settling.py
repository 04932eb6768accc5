"""What came in, for those who may read it: shown by their rights, tried again, dismissed, and emptied in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Invalid, Label, Reader
from guanxi.kernel.models import AccessLog
from guanxi.kernel.write import Invalidated, NotFound
from guanxi.kernel.write.lists import may_shape
from guanxi.surfaces.collecting import shelf, standing, taking
from guanxi.surfaces.collecting.models import CollectForm, Submission

#: Days after which what became a record, or was dismissed, is kept no longer beside it; that it came, and what was agreed to, stays.
KEPT = timedelta(days=180)
STATES: dict[str, tuple[Label, str]] = {
    "made": (gettext_lazy("Record made"), "g"),
    "review": (gettext_lazy("Sent for review"), "b"),
    "waiting": (gettext_lazy("To be settled"), "a"),
    "dismissed": (gettext_lazy("Dismissed"), ""),
}


def waiting(actor: Actor) -> int:
    """How much waits for who answers for it; no query for others."""
    return Submission.objects.filter(form__person=actor.id, state="waiting").count() if shelf.answers(actor) else 0


def reads(form: CollectForm, actor: Actor) -> bool:
    """Whether somebody may read what came in: who answers for it and has to do with such records still, and who sees all of them.

    Administrators as such do not.
    """
    own = actor.id == form.person_id and (actor.may(form.entity, "view") or actor.may(form.entity, "create"))
    return own or "all" in actor.arms(form.entity, "view")


def settles(form: CollectForm, actor: Actor) -> bool:
    """Whether somebody may try again and dismiss."""
    return reads(form, actor) and (actor.id == form.person_id or may_shape(actor))


def again(number: int, *, actor: Actor) -> Submission:
    """Try once more to make the record. Raises NotFound; Invalidated where it is refused as before."""
    with transaction.atomic():
        found = _locked(number, actor)
        taking.attempt(found, standing.of(found.form))
    if found.state == "waiting":
        raise Invalidated({"": reason(found)})
    return found


def dismiss(number: int, *, actor: Actor) -> Submission:
    """Nothing will come of it. Raises NotFound."""
    with transaction.atomic():
        found = _locked(number, actor)
        found.state, found.ended_by, found.ended_at = "dismissed", actor.id, clock.now()
        found.save()
    return found


def _locked(number: int, actor: Actor) -> Submission:
    found = Submission.objects.select_for_update(of=("self",)).select_related("form__person").filter(pk=number, state="waiting").first()
    if found is None or not settles(found.form, actor):
        raise NotFound()
    return found


def reason(found: Submission) -> str:
    """Why it waits, without naming what stands in the way."""
    entity, why = standing.entity_of(found.form), found.why
    keys = [key for key in why.get("keys", ()) if entity is not None and key in entity.fields]
    names = "、".join(f"“{entity.fields[key].label}”" for key in keys) if entity else ""
    if why.get("sort") == taking.TAKEN:
        return _("%(names)s: there is such a record already.") % {"names": names}
    if why.get("sort") == taking.WRONG:
        return _("A record cannot be like this: %(names)s") % {"names": names or _("its values do not go together")}
    return _("Who answers for the form may not enter such a record now.")


def drawn(rows: Sequence[Submission], actor: Actor) -> list[dict[str, Any]]:
    """Submissions as a page shows them to this actor; one query for each kind of record and of what is in the way.

    What became a record is told by that: whoever may not see it any more, or not yet, does not read what it was made of.
    """
    titles = _titles(rows, actor)
    return [_line(row, actor, titles) for row in rows]


def _line(row: Submission, actor: Actor, titles: dict[tuple[str, int], str]) -> dict[str, Any]:
    entity, word = standing.entity_of(row.form), STATES[row.state]
    open_ = entity is not None and reads(row.form, actor) and (not row.record or (row.form.entity, row.record) in titles)
    seen = lambda ids: [(f"/{entity.slug}/{i}/", titles[entity.key, i]) for i in ids if entity and (entity.key, i) in titles]
    return {
        "row": row,
        "at": timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M"),
        "word": word[0],
        "tone": word[1],
        "open": open_,
        "values": _values(entity, row, actor) if entity is not None and open_ else [],
        "reason": reason(row) if row.state == "waiting" and open_ else "",
        "records": seen([row.record] if row.record else []),
        "rivals": seen(row.why.get("rivals", ())) if open_ else [],
        "settles": row.state == "waiting" and settles(row.form, actor),
        "mine": row.form.person_id == actor.id,
    }


def _titles(rows: Sequence[Submission], actor: Actor) -> dict[tuple[str, int], str]:
    """What the records are called that this actor may see."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        wanted.setdefault(row.form.entity, set()).update(i for i in (row.record, *row.why.get("rivals", ())) if i)
    found: dict[tuple[str, int], str] = {}
    for form in {row.form.entity: row.form for row in rows}.values():
        entity = standing.entity_of(form)
        if entity is None or not wanted[form.entity] or not actor.may(entity.key, "view"):
            continue
        shut = actor.right(entity.key, entity.title) in ("hidden", "masked")
        within = entity.rows(actor).filter(id__in=wanted[form.entity]).values_list("id", entity.title)
        found |= {(entity.key, number): f"#{number}" if shut else str(title)[:80] for number, title in within}
    return found


def number_of(number: int, key: str, *, actor: Actor) -> tuple[str, str]:
    """A telephone number of what waits, as it is dialled and as it is read; on record as those of records are. Raises NotFound."""
    row = Submission.objects.select_related("form__person").filter(pk=number, state="waiting").first()
    entity = standing.entity_of(row.form) if row is not None else None
    if row is None or entity is None or not reads(row.form, actor) or key not in _veiled(entity, row, actor):
        raise NotFound()
    field = entity.fields[key]
    try:
        value = field.kind.parse(row.values[key], Reader(actor))
    except Invalid:
        raise NotFound() from None
    about = {"field": key, "submission": row.pk}
    AccessLog.objects.create(at=clock.now(), actor=actor.id, verb="reveal", entity=entity.key, data=about)
    return value.removeprefix("+86"), field.kind.text(value, Reader(actor))


def _veiled(entity: Entity, row: Submission, actor: Actor) -> set[str]:
    """Numbers that stand on no record yet, where one would ask for them."""
    if row.state != "waiting":
        return set()
    open_ = {k: f for k, f in entity.visible(actor).items() if k in row.values and actor.right(entity.key, k) != "masked"}
    return {key for key, field in open_.items() if field.kind.name == "phone"}


def _values(entity: Entity, row: Submission, actor: Actor) -> list[tuple[str, Markup, str]]:
    """What was typed, as this actor would see it on a record: label, text, and where to ask for the whole number."""
    reader, found = Reader(actor), []
    for key, field in entity.visible(actor).items():
        if key not in row.values:
            continue
        raw = row.values[key]
        try:
            value = field.kind.parse(raw, reader)
        except Invalid:
            value = None
        if actor.right(entity.key, key) == "masked":
            shown = Markup("****")
        else:
            shown = escape(raw) if value is None else Markup(field.kind.html(value, reader))
        found.append((str(field.label), shown, f"/collected/{row.pk}/reveal/{key}/" if key in _veiled(entity, row, actor) else ""))
    return found


def empty(entity: Entity, record: int) -> None:
    """A person who is erased leaves what he sent, too, also where somebody agreed to it; that something came, and what was agreed to, stays."""
    agreed = Draft.objects.filter(entity=entity.key, record=record).values("number")
    Submission.objects.filter(Q(record=record) | Q(draft__in=agreed), form__entity=entity.key).update(values={})


def sweep() -> int:
    """Empty what was settled long ago; how many."""
    old = Submission.objects.filter(state__in=("made", "review", "dismissed"), ended_at__lt=clock.now() - KEPT).exclude(values={})
    return old.update(values={})


__all__ = ["KEPT", "STATES", "again", "dismiss", "drawn", "empty", "number_of", "reads", "reason", "settles", "sweep", "waiting"]

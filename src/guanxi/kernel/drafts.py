"""Drafts as people meet them: what waits for me, what became of mine, and the verbs that end them.

Named to decide is whom `kernel.deciding` names, as far as he may see the record. Whoever could do the same to every record at
once may step in, for he would need nobody's leave; nobody decides what he sent himself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guanxi.kernel import clock, deciding, directory, jobs, pools, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft, Hold
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Forbidden, Invalidated, NotFound, sharing, unit
from guanxi.kernel.write.review import LONGEST
from guanxi.kernel.write.sharing import SHARING

DOOR = "review"
#: What history calls a draft's write, where it has no name of its own.
VERBS = {"delete": "delete", "restore": "restore", "release": "release", SHARING: SHARING}


def inbox(actor: Actor) -> QuerySet[Draft]:
    """What waits for this person: he is named, or nobody is and he may step in."""
    named, unled = _named(actor)
    return _waiting(actor).filter(named | (unled & _steps_in(actor)))


def others(actor: Actor) -> QuerySet[Draft]:
    """What waits for somebody else, and this person may decide in his place."""
    named, unled = _named(actor)
    return _waiting(actor).filter(_steps_in(actor)).exclude(named | unled)


def mine(actor: Actor) -> QuerySet[Draft]:
    """What this person has sent."""
    return Draft.objects.filter(author=actor.id or 0)


def decided(actor: Actor) -> QuerySet[Draft]:
    """What this person has decided, as far as he may still see it."""
    return Draft.objects.filter(_seen(actor), decided_by=actor.id or 0).exclude(author=actor.id or 0)


def waiting(actor: Actor) -> int:
    """How many wait for this person."""
    return inbox(actor).count() if actor.watched else 0


def decidable(actor: Actor, about: Collection[str] | None = None) -> QuerySet[Draft]:
    """What this person may decide, named or stepping in; of these entities where they are given."""
    named, _unled = _named(actor)
    return _waiting(actor, about).filter(named | _steps_in(actor))


def decides(number: int, actor: Actor) -> bool:
    """Whether this person may decide this one."""
    return decidable(actor, _about(number)).filter(pk=number).exists()


def of_record(entity: Any, record: int) -> list[Draft]:
    """What waits about a record, oldest first. The caller has checked that the record may be seen."""
    return list(Draft.objects.filter(entity=entity.key, record=record, state="waiting").order_by("number")[:20])


def get(number: int, actor: Actor) -> Draft:
    """A draft for its author, for who may decide it and for who has. Raises NotFound."""
    own = Q(author=actor.id or 0) | Q(decided_by=actor.id or 0)
    about = _about(number)
    seen = _seen(actor, about) | Q(author=actor.id or 0)
    found = Draft.objects.filter(seen, own, pk=number).first() or decidable(actor, about).filter(pk=number).first()
    if found is None:
        raise NotFound()
    return found


def mark(made: Any) -> int:
    """What a write gave as one number: a record's id, or minus a draft's number."""
    return -made.number if isinstance(made, Draft) else int(made.id)


def opened(found: Collection[Draft], actor: Actor) -> set[int]:
    """The numbers of those whose values may be shown: what they are about may have left this person's sight, even the author's."""
    seen = _seen(actor, {draft.entity for draft in found})
    return set(Draft.objects.filter(seen, pk__in=[draft.number for draft in found]).values_list("number", flat=True)) if found else set()


def open_to(draft: Draft, actor: Actor) -> bool:
    """Whether the values of one may be shown."""
    return bool(opened([draft], actor))


def _waiting(actor: Actor, about: Collection[str] | None = None) -> QuerySet[Draft]:
    return Draft.objects.filter(_seen(actor, about), state="waiting").exclude(author=actor.id or 0)


def _about(number: int) -> list[str]:
    """The entity of a draft, empty where there is no such draft: the scopes of all others need not be spelled out to find it."""
    return list(Draft.objects.filter(pk=number).values_list("entity", flat=True))


def _seen(actor: Actor, about: Collection[str] | None = None) -> Q:
    """Drafts about records, of these entities or of any, that the actor may see, and creations of what he may see any of."""
    reached = Q(pk__in=[])
    for entity in registry:
        if not actor.may(entity.key, "view") or (about is not None and entity.key not in about):
            continue
        these = Q(record=None) & _by_colleagues(actor)
        if "all" in actor.arms(entity.key, "view"):
            these |= Q(record__isnull=False)
        else:
            these |= Q(record__in=entity.rows(actor, deleted=None).values("id"))
        reached |= Q(entity=entity.key) & these
    return reached


def _by_colleagues(actor: Actor) -> Q:
    """Of a new record it is its author who says to which company it belongs."""
    return Q() if actor.within is None else Q(author__in=list(directory.colleagues(actor)))


def _steps_in(actor: Actor) -> Q:
    reached = Q(pk__in=[])
    for entity, action in actor.grants:
        # Creating has no reach of its own: whoever may create is no judge of what others create, unless he may change all of it.
        if actor.everywhere(entity, action) and (action != "create" or actor.everywhere(entity, "edit")):
            reached |= Q(entity=entity, action=action) & ~_hands_over(entity, action, actor)
        if action == "transfer" and actor.everywhere(entity, action) and (entity, SHARING) not in actor.reviewed:
            reached |= Q(entity=entity, action=SHARING)
    return reached & _by_colleagues(actor)


def _hands_over(key: str, action: str, actor: Actor) -> Q:
    """Changes that bring another owner, of their own or with another parent, where the actor may not hand everything over."""
    if action != "edit" or actor.everywhere(key, "transfer"):
        return Q(pk__in=[])
    parent = registry.get(key).parent
    return Q(values__has_any_keys=["owner", *([parent] if parent else [])])


def _named(actor: Actor) -> tuple[Q, Q]:
    """Drafts for which this person is named, and those for which nobody is: `who` is asked once for each pair that occurs."""
    named, unled = Q(pk__in=[]), Q(pk__in=[])
    for asks, author in Draft.objects.filter(state="waiting").order_by().values_list("asks", "author").distinct():
        people = deciding.who(asks, author)
        if actor.id in people:
            named |= Q(asks=asks, author=author)
        elif not people:
            unled |= Q(asks=asks, author=author)
    return named, unled


def approve(number: int, note: str, *, actor: Actor) -> Draft:
    """Let it take effect: written by its author, with his rights of today and everything checked anew.

    Raises NotFound, or what `write` refuses; then it goes on waiting.
    """
    sent = Draft.objects.filter(pk=number).first()
    if sent is None:
        raise NotFound()
    author = jobs.resolved(sent.author)
    why = sent.reason if sent.code == "transfer" else ""
    with unit(author, DOOR, verb=VERBS.get(sent.verb, sent.code), request=f"review:{number}", why=why) as u:
        draft = _locked(number, actor)
        u.agreed = True
        Hold.objects.filter(draft=draft.number).delete()
        done = REPLAYS[draft.verb](draft, author)
        draft.record = draft.record or done.id
        _close(draft, "approved", note, actor)
    return draft


def refuse(number: int, note: str, *, actor: Actor) -> Draft:
    """It shall not take effect. Raises NotFound, or Invalidated without a reason."""
    return _turn_down(number, "refused", note, actor)


def give_back(number: int, note: str, *, actor: Actor) -> Draft:
    """Its author shall do it anew. Raises NotFound, or Invalidated without a reason."""
    return _turn_down(number, "stale", note, actor)


def _turn_down(number: int, state: str, note: str, actor: Actor) -> Draft:
    if not note.replace("\x00", "").strip():
        raise Invalidated({"note": _("Say why, so that your colleague knows what to do.")})
    with unit(actor, DOOR):
        draft = _locked(number, actor)
        _close(draft, state, note, actor)
    return draft


def withdraw(number: int, *, actor: Actor) -> Draft:
    """Take back what one has sent. Raises NotFound."""
    with unit(actor, DOOR):
        draft = Draft.objects.select_for_update().filter(pk=number, state="waiting", author=actor.id or 0).first()
        if draft is None:
            raise NotFound()
        _close(draft, "withdrawn", "", actor)
    return draft


def _locked(number: int, actor: Actor) -> Draft:
    draft = decidable(actor, _about(number)).select_for_update(of=("self",)).filter(pk=number).first()
    if draft is None:
        raise NotFound()
    return draft


def _close(draft: Draft, state: str, note: str, actor: Actor) -> None:
    draft.state, draft.decided_by, draft.decided_at = state, actor.id, clock.now()
    draft.note = note.replace("\x00", "").strip()[:LONGEST]
    draft.save(update_fields=["state", "decided_by", "decided_at", "note", "record"])
    Hold.objects.filter(draft=draft.number).delete()


def _create(draft: Draft, author: Actor) -> Any:
    return write.create(registry.get(draft.entity), draft.values, actor=author, door=DOOR)


def _update(draft: Draft, author: Actor) -> Any:
    place = (registry.get(draft.entity), draft.record or 0)
    return write.update(place, draft.values, actor=author, door=DOOR, base=draft.base, verb=draft.code, action=draft.action)


def _delete(draft: Draft, author: Actor) -> Any:
    return write.delete((registry.get(draft.entity), draft.record or 0), actor=author, door=DOOR)


def _restore(draft: Draft, author: Actor) -> Any:
    return write.restore((registry.get(draft.entity), draft.record or 0), actor=author, door=DOOR)


def _release(draft: Draft, author: Actor) -> Any:
    pool, record = pools.get(draft.values["pool"]), draft.record or 0
    if pool is None:
        raise NotFound()
    outcome = write.release(registry.get(draft.entity), [record], pool, draft.values["reason"], actor=author, door=DOOR)
    if record not in outcome.written:
        raise Forbidden(" ".join(outcome.refused[record].values()))
    return outcome.written[record]


def _share(draft: Draft, author: Actor) -> Any:
    return sharing.agreed(draft, author, DOOR)


REPLAYS: dict[str, Callable[[Draft, Actor], Any]] = {
    "create": _create,
    "update": _update,
    "delete": _delete,
    "restore": _restore,
    "release": _release,
    SHARING: _share,
}


def approvers(requests: Collection[str]) -> dict[str, int]:
    """`review:12`, as history keeps it, → who agreed; one query."""
    numbers = {int(r.removeprefix("review:")): r for r in requests if r.startswith("review:") and r.removeprefix("review:").isdecimal()}
    if not numbers:
        return {}
    rows = Draft.objects.filter(pk__in=list(numbers), state="approved").values_list("number", "decided_by")
    return {numbers[number]: person for number, person in rows if person}

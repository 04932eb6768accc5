"""A draft in words, for one reader: what would change from what to what, as far as he may see it today."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from guanxi.kernel import completeness, directory, drafts, history, pools
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.dates import ago
from guanxi.kernel.fields.money import show_amount
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Conflict, Invalidated
from guanxi.kernel.write.sharing import SHARING
from guanxi.surfaces.pages import sent
from guanxi.surfaces.pages.review_facts import Facts, ids_of

STATES = {
    "waiting": (gettext_lazy("awaiting review"), "a"),
    "approved": (gettext_lazy("agreed to"), "g"),
    "refused": (gettext_lazy("turned down"), "r"),
    "withdrawn": (gettext_lazy("withdrawn"), ""),
    "stale": (gettext_lazy("to be done anew"), "v"),
}
DEEDS = {
    "create": pgettext_lazy("review", "New"),
    "update": pgettext_lazy("review", "Change"),
    "delete": gettext_lazy("Delete"),
    "restore": gettext_lazy("Restore"),
    "release": gettext_lazy("Hand back"),
    SHARING: gettext_lazy("Take others in"),
}
#: Kinds whose values are shown veiled everywhere but on request.
VEILED = ("phone", "resident_id")


@dataclass(frozen=True)
class Line:
    """One field: what it was, what it would be, and what somebody else has made of it since."""

    label: str
    old: str
    new: str
    now: str = ""


def lines(draft: Draft, entity: Entity, actor: Actor, facts: Facts) -> list[Line]:
    """What would change. Hidden fields do not appear, masked ones are masked."""
    if draft.verb in SPOKEN:
        return SPOKEN[draft.verb](draft.values)
    reader, visible = Reader(actor), entity.visible(actor)
    moved = facts.moved.get(draft.number, {})
    found = []
    for key, raw in draft.values.items():
        field = visible.get(key)
        if field is None or (raw in (None, "", []) and draft.verb == "create"):
            continue
        beside = f"{key}_currency"
        old = said(entity, field, draft.former.get(key), draft.former.get(beside), reader, facts)
        new = said(entity, field, raw, draft.values.get(beside), reader, facts)
        now = said(entity, field, *moved[key], reader, facts) if key in moved else ""
        found.append(Line(str(field.label), old, new, now if now not in (old, new) else ""))
    return found


def _handed_back(values: dict[str, Any]) -> list[Line]:
    pool = pools.get(values.get("pool"))
    return [Line(_("Public pool"), "", pool.name if pool else ""), Line(_("Why it is handed back"), "", values.get("reason", ""))]


def _taken_in(values: dict[str, Any]) -> list[Line]:
    names = "、".join(directory.grantee_name(to, number) for to, number in values["grantees"])
    until = timezone.localtime(datetime.fromisoformat(values["until"])).strftime("%Y-%m-%d") if values["until"] else ""
    return [
        Line(_("Participants"), "", names),
        Line(_("They may"), "", str(history.PARTS.get(values["part"], values["part"]))),
        *([Line(_("Until"), "", until)] if until else []),
    ]


#: Verbs whose values are no fields of the record, in words.
SPOKEN: dict[str, Callable[[dict[str, Any]], list[Line]]] = {"release": _handed_back, SHARING: _taken_in}


def said(entity: Entity, field: Field, raw: Any, currency: str | None, reader: Reader, facts: Facts) -> str:
    """A stored value as this reader may read it."""
    if raw in (None, "", []):
        return ""
    masked = reader.actor.right(entity.key, field.key) == "masked"
    if hasattr(field.kind, "target") and not masked:
        return facts.title(field, raw)
    try:
        value = raw if hasattr(field.kind, "target") else field.kind.parse(raw, Reader(SYSTEM))
    except ValueError:
        return "****" if masked else str(raw)
    if masked or field.kind.name in VEILED:
        return field.kind.mask(value)
    return show_amount(value, currency) if currency else field.kind.text(value, reader)


def card(draft: Draft, actor: Actor, *, deciding: Collection[int], opened: bool, facts: Facts) -> dict[str, Any]:
    """A draft as its card shows it; `deciding` are numbers of those that this reader may decide."""
    entity = registry.get(draft.entity)
    state, tone = STATES[draft.state]
    mine = draft.author == actor.id
    slug, redo = entity.slug, ""
    if mine and draft.state != "approved" and draft.verb in ("create", "update") and opened:
        redo = f"/{slug}/new/?draft={draft.number}" if draft.record is None else f"/{slug}/{draft.record}/edit/?draft={draft.number}"
    shown = lines(draft, entity, actor, facts) if opened else []
    return {
        "number": draft.number,
        "entity": entity,
        "deed": f"{DEEDS[draft.verb]} · {entity.label}",
        "title": title(draft, entity, actor) if opened else str(entity.label),
        "url": f"/{slug}/{draft.record}/" if draft.record and opened else "",
        "state": state,
        "tone": tone,
        "waiting": draft.state == "waiting",
        "lines": shown,
        "moved": any(line.now for line in shown),
        "lists": linked(draft, entity, actor) if opened else [],
        "who": directory.person_name(draft.author),
        "when": ago(draft.sent_at),
        "reason": draft.reason,
        "asked": sent.asked(draft) if draft.state == "waiting" else "",
        "decided_by": directory.person_name(draft.decided_by) if draft.state not in ("waiting", "withdrawn") else "",
        "note": draft.note,
        "decides": draft.number in deciding,
        "mine": mine,
        "redo": redo,
    }


def linked(draft: Draft, entity: Entity, actor: Actor) -> list[dict[str, Any]]:
    """The records that links of a draft name, each to be opened, with how whole it is: where that is said of them."""
    from guanxi.surfaces.pages import record  # which shows what waits about it

    found = []
    for key, field in entity.visible(actor).items():
        target = getattr(field.kind, "target", None) if field.kind.name == "links" and draft.values.get(key) else None
        if target is None or not target.whole or not actor.may(target.key, "view") or actor.right(entity.key, key) == "masked":
            continue
        rows = target.rows(actor).filter(id__in=ids_of(draft.values[key])).order_by("id")
        lines_ = [
            {
                "url": f"/{target.slug}/{row.id}/",
                "title": record.title_of(target, row, actor),
                "whole": record.wholeness(completeness.of(target, row, actor)),
            }
            for row in rows
        ]
        found.append({"label": str(field.label), "rows": lines_})
    return found


def title(draft: Draft, entity: Entity, actor: Actor) -> str:
    """What it is about, by a name that this reader may read."""
    right = actor.right(entity.key, entity.title)
    if right == "hidden" or not draft.title:
        return str(entity.label)
    return entity.fields[entity.title].kind.mask(draft.title) if right == "masked" else draft.title.split("\n", maxsplit=1)[0][:80]


def banners(entity: Entity, record: int, actor: Actor) -> list[dict[str, Any]]:
    """What waits about a record, for who may see the record: which fields, never their values."""
    found = drafts.of_record(entity, record) if entity.key in actor.watched and actor.pool is None else []
    reach = set(drafts.decidable(actor, [entity.key]).filter(record=record).values_list("number", flat=True)) if found else set()
    visible = entity.visible(actor)
    shown = []
    for draft in found:
        keys = [key for key in draft.values if key in visible] if draft.verb == "update" else []
        if draft.verb == "update" and not keys and draft.author != actor.id:
            continue  # a change of what is hidden from this reader is hidden too
        words = {"who": directory.person_name(draft.author), "deed": DEEDS[draft.verb]}
        what = "、".join(str(visible[key].label) for key in keys)
        text = _("%(who)s sent for review: %(deed)s") % words + (f" {what}" if what else "")
        mine = draft.author == actor.id or draft.number in reach
        shown.append({"text": text, "url": sent.address(draft.number) if mine else "", "asked": sent.asked(draft)})
    return shown


def refusal(error: Exception, draft: Draft, actor: Actor) -> str:
    """Why it could not take effect, told to who agreed: he may see less than the author, in whose name it was tried."""
    entity = registry.get(draft.entity)
    visible = entity.visible(actor)
    if isinstance(error, Conflict):
        labels = [str(visible[c.key].label) for c in error.clashes if c.key in visible]
        names = "、".join(labels) or _("another field")
        return _("Somebody has changed %(fields)s since. Give it back to be done anew, or turn it down.") % {"fields": names}
    if isinstance(error, Invalidated) and error.rivals:
        labels = [str(visible[key].label) for key in error.errors if key in visible]
        return _("%(fields)s: taken by another record meanwhile.") % {"fields": "、".join(labels)}
    if isinstance(error, Invalidated):
        told = [f"{visible[key].label}: {words}" for key, words in error.errors.items() if key in visible]
        return " ".join(told) or _("The values are no longer accepted.")
    return _("%(who)s may no longer do this, or the record is gone.") % {"who": directory.person_name(draft.author)}


__all__ = ["banners", "card", "lines", "refusal"]

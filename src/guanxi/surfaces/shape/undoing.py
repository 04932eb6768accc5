"""Taking back one change of the shape that the trail shows: by the verbs of the house, and only where nothing has changed since.

What came is retired, for nothing is deleted. Two values that became one stay one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from guanxi.kernel import custom, dictionary, layouts, lists, numbering
from guanxi.kernel.actor import Actor
from guanxi.kernel.design import CustomEntity
from guanxi.kernel.models import ChoiceList, CustomField, DictionaryValue, FormLayout, Numbering, TitleTemplate
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Forbidden, Invalidated, numbers, reckoning, titles, unit
from guanxi.kernel.write import entities as entity_verbs
from guanxi.kernel.write import fields as field_verbs
from guanxi.kernel.write import layouts as layout_verbs
from guanxi.kernel.write import lists as list_verbs
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import Operation
from guanxi.surfaces.prints import keeping
from guanxi.surfaces.prints.models import PrintTemplate
from guanxi.surfaces.texts import keeping as texts
from guanxi.surfaces.texts.models import TextTemplate

Before = dict[str, Any]
#: What a field is told by and ruled by, which are changed together.
_WORDS = frozenset({"label", "en", "help", "required", "unique", "searched", "first", "shown_when", "asked_when"})


def may_undo(row: Operation) -> bool:
    """Whether a line of the trail is of something that can be taken back."""
    return row.subject in _UNDO and row.verb in ("create", "update") and "into_id" not in row.diff


def undo(row: Operation, *, actor: Actor) -> None:
    """Put back what an operation changed. Raises Forbidden or Invalidated."""
    administering(actor)
    if not may_undo(row):
        raise Forbidden(_("This change cannot be taken back."))
    model, put_back = _UNDO[row.subject]
    with unit(actor, DOOR):
        kept = model.objects.select_for_update().filter(pk=row.subject_id).first()
        if kept is None:
            raise Invalidated({"trail": _("It is no more what this change made it. Change it by hand.")})
        moved = {name: new for name, (_old, new) in row.diff.items() if _plain(getattr(kept, name)) != new}
        if moved and (row.verb == "update" or row.subject in ("choicelist", "numbering", "formlayout", "titletemplate")):
            raise Invalidated({"trail": _("It is no more what this change made it. Change it by hand.")})
        put_back(kept, {name: old for name, (old, _new) in row.diff.items()} if row.verb == "update" else None, actor)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _value(kept: Any, before: Before | None, actor: Actor) -> None:
    of = lists.get(kept.dictionary)
    item = of.dictionary.by_id(kept.pk) if of else None
    if of is None or item is None:
        raise Invalidated({"trail": _("It is no more what this change made it. Change it by hand.")})
    was = before if before is not None else {"active": False, "default": False}
    if "parent_id" in was:
        list_verbs.move(of, item, was["parent_id"], actor=actor)
        item = of.dictionary.by_id(kept.pk) or item
    if "departments" in was:
        wanted: Any = was["departments"] or ()
        list_verbs.open_to(of, item, wanted, actor=actor)
    if {"zh", "en", "colour", "active", "default"} & was.keys():
        zh, en, colour = (was.get(name, getattr(item, name)) for name in ("zh", "en", "colour"))
        flags = {name: bool(was.get(name, getattr(item, name))) for name in ("active", "default")}
        list_verbs.change(of, item, zh, en, colour or "", active=flags["active"], default=flags["default"], actor=actor)
    if "position" in was:
        DictionaryValue.objects.filter(pk=kept.pk).update(position=was["position"])
        dictionary.clear()


def _field(kept: Any, before: Before | None, actor: Actor) -> None:
    entity = next((e for e in registry if e.key == kept.entity), None)
    if entity is None:
        raise Invalidated({"trail": _("It is no more what this change made it. Change it by hand.")})
    was = before if before is not None else {"active": False}
    if _WORDS & was.keys():
        words = {name: was.get(name, getattr(kept, name)) for name in _WORDS}
        given: dict[str, Any] = {name: words[name] or "" for name in ("en", "help", "first")}
        given |= {name: bool(words[name]) for name in ("required", "unique", "searched")}
        given |= {name: json.dumps(words[name] or []) for name in ("shown_when", "asked_when")}
        field_verbs.change(entity, kept, field_verbs.Wish(words["label"], **given), actor=actor)
    if "active" in was:
        field_verbs.retire(kept, active=bool(was["active"]), actor=actor)
    if "quick" in was:
        field_verbs.quicken(kept, quick=bool(was["quick"]), actor=actor)
    if rest := {name: was[name] for name in ("position", "options") if name in was}:
        CustomField.objects.filter(pk=kept.pk).update(**rest)
        custom.load()
        if kept.kind == "formula" and "options" in rest:
            reckoning.later(kept, actor=actor)


def _list(kept: Any, before: Before | None, actor: Actor) -> None:
    of = lists.get(kept.code)
    if of is not None:
        list_verbs.hang(of, (before or {}).get("above") or "", actor=actor)


def _number(kept: Any, before: Before | None, actor: Actor) -> None:
    entity = next((e for e in registry if e.key == kept.entity), None)
    bound = entity.fields.get(kept.field) if entity else None
    if entity is None or bound is None:
        raise Invalidated({"trail": _("It is no more what this change made it. Change it by hand.")})
    if before is None:
        usual = numbering.usual(bound.kind)  # type: ignore[arg-type]
        numbers.change(entity, bound, usual, actor=actor)
        return
    was = {name: before.get(name, getattr(kept, name)) for name in ("parts", "reset", "quick")}
    made = numbers.read(entity, bound, [(k, v) for k, v in was["parts"]], was["reset"], quick=bool(was["quick"]))
    numbers.change(entity, bound, made, actor=actor)


def _layout(kept: Any, before: Before | None, actor: Actor) -> None:
    entity = next((e for e in registry if e.key == kept.entity), None)
    if entity is None:
        raise Invalidated({"trail": _("It is no more what this change made it. Change it by hand.")})
    if before is None:
        layout_verbs.give_up(entity, (kept.form, kept.role), actor=actor)
    elif "document" in before:
        layout_verbs.arrange(entity, (kept.form, kept.role), layouts.read(before["document"]), actor=actor)


def _entity(kept: Any, before: Before | None, actor: Actor) -> None:
    if before is None or "active" in before:
        entity_verbs.retire(kept, active=bool((before or {}).get("active")), actor=actor)
    if before is not None and before.keys() - {"active"}:
        entity_verbs.change(kept, entity_verbs.wish_of(kept, **before), actor=actor)


def _print(kept: Any, before: Before | None, actor: Actor) -> None:
    was = before if before is not None else {"active": False}
    if was.get("version"):
        kept = keeping.go_back(kept, was["version"], actor=actor)
    if {"zh", "en", "language"} & was.keys():
        keeping.rename(kept, *(was.get(name, getattr(kept, name)) for name in ("zh", "en", "language")), actor=actor)
    if "active" in was or was.get("version") == 0:
        keeping.switch(kept, bool(was.get("active")), actor=actor)


def _text(kept: Any, before: Before | None, actor: Actor) -> None:
    was = before if before is not None else {"active": False}
    if was.keys() - {"active", "entity"}:
        said = {name: was.get(name, getattr(kept, name)) for name in ("zh", "en", "body", "sort", "language", "subject", "roles")}
        texts.change(kept, registry.get(kept.entity), texts.Wish(**said), actor=actor)
    if "active" in was:
        texts.switch(kept, bool(was["active"]), actor=actor)


def _title(kept: Any, before: Before | None, actor: Actor) -> None:
    titles.change(registry.get(kept.entity), (before or {}).get("source", ""), actor=actor)


_UNDO: dict[str, tuple[Any, Callable[[Any, Before | None, Actor], None]]] = {
    "dictionaryvalue": (DictionaryValue, _value),
    "customfield": (CustomField, _field),
    "customentity": (CustomEntity, _entity),
    "choicelist": (ChoiceList, _list),
    "numbering": (Numbering, _number),
    "formlayout": (FormLayout, _layout),
    "printtemplate": (PrintTemplate, _print),
    "texttemplate": (TextTemplate, _text),
    "titletemplate": (TitleTemplate, _title),
}

__all__ = ["may_undo", "undo"]

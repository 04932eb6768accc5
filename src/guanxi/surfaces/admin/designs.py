"""What a page of administration shows of a kind of record that administrators designed, and what its form says."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel.actor import Actor
from guanxi.kernel.design import CustomEntity
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Label
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Refused, entities
from guanxi.kernel.write import fields as field_verbs
from guanxi.surfaces.models import SavedView

ACCESS: dict[str, Label] = {
    "standard": gettext_lazy("As with customers: one's own and what one takes part in; managers their department"),
    "open": gettext_lazy("Everybody reads all, and changes what is his own"),
    "closed": gettext_lazy("Leaders only, until you open it to others"),
}


def home(entity: Entity) -> str:
    """Where the fields of an entity are looked after."""
    return f"/admin/{'fields' if entity in registry.declared() else 'entities'}/{entity.slug}/"


def row_of(entity: Entity) -> CustomEntity | None:
    """What administrators said of an entity; None of one of the program."""
    return CustomEntity.objects.filter(slug=entity.slug).first() if entity not in registry.declared() else None


def settings(entity: Entity, actor: Actor) -> dict[str, Any]:
    """The part of its page that is there for a designed one only."""
    row = row_of(entity)
    if row is None:
        return {"design": None, "home": home(entity)}
    own = list(CustomField.objects.filter(entity=entity.key, active=True).order_by("position", "id"))
    values = {"zh": row.label, **{name: getattr(row, name) for name in _TEXTS if hasattr(row, name)}}
    return {
        "design": row,
        "home": home(entity),
        "values": {**values, "in_menu": row.in_menu, "number": row.number or 0, "stage": row.stage or 0},
        "numbers": [f for f in own if f.kind == "number"],
        "stages": [f for f in own if f.kind == "choice"],
        "lookups": used_by(entity),
        "may_open": actor.may(entity.key, "view"),
        "may_create": actor.may(entity.key, "create"),
        "matrix": actor.administers,
        **choices(),
    }


def choices() -> dict[str, Any]:
    """What the form offers."""
    sections: dict[str, list[Entity]] = {}
    for entity in registry.in_menu():
        if entity.in_menu and entity in registry.declared():
            sections.setdefault(str(entity.section), []).append(entity)
    return {"icons": entities.ICONS, "sections": sections, "accesses": ACCESS, "targets": field_verbs.referable()}


def used_by(entity: Entity) -> list[str]:
    """Fields of other entities that name its records, and how many shared views show them."""
    fields = [(e, f) for e in registry for f in e.fields.values() if getattr(f.kind, "to", "") == entity.key]
    views = SavedView.objects.filter(entity=entity.key, shared=True).count()
    return [*(f"{e.label} · {f.label}" for e, f in fields), *([_("Shared views: %(n)d") % {"n": views}] if views else [])]


_TEXTS = ("zh", "en", "plural", "about", "slug", "icon", "after", "title", "title_en", "access", "prefix", "stages", "rows_of")


def wish(request: HttpRequest) -> entities.Wish:
    """What the form says."""
    given = request.POST
    texts: dict[str, Any] = {name: given.get(name, "") for name in _TEXTS}
    texts |= {"icon": texts["icon"] or "file", "access": texts["access"] or "standard"}
    return entities.Wish(
        **texts, in_menu=bool(given.get("in_menu")), number=whole(given.get("number")) or None, stage=whole(given.get("stage")) or None
    )


def errors(refusal: Refused | None) -> dict[str, str]:
    """What was refused, by field of the form."""
    return getattr(refusal, "errors", {}) if refusal else {}


__all__ = ["ACCESS", "choices", "errors", "home", "row_of", "settings", "used_by", "wish"]

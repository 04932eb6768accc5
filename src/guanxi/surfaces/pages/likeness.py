"""What looks like the record being typed in: asked per keystroke, and drawn again with a form that was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from markupsafe import Markup

from guanxi.kernel import duplicates, petitions, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.duplicates import Likeness
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field
from guanxi.kernel.whole import whole
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, signed_in


@signed_in
def similar(request: HttpRequest, slug: str) -> HttpResponse:
    """Likely duplicates of what is being typed: at most five, masked for those who may not see them."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    key, value = request.GET.get("field", ""), request.GET.get("value", "").strip()
    if not value or not duplicates.may_compare(entity, key, actor):
        return HttpResponse("")
    if not duplicates.may_ask(actor):
        return HttpResponse(_("You are asking too often. Wait a minute."), status=429, headers={"Retry-After": "60"})
    hits = duplicates.find(entity, {key: value}, actor, besides=whole(request.GET.get("record")))
    context = {"hits": hits, "entity": entity, "askable": petitions.askable(), "record": mergeable_with(request, entity, actor)}
    return fragment(request, "pages/similar.html", context) if hits else HttpResponse("")


def mergeable_with(request: HttpRequest, entity: Entity, actor: Actor) -> int | None:
    """The record being edited, for who may merge it with what looks like it."""
    return whole(request.GET.get("record")) if write.may_merge(entity, actor) else None


def again(entity: Entity, values: Mapping[str, Any], actor: Actor, *, besides: int | None = None) -> list[Likeness]:
    """The likely duplicates of a refused form; counted like a keystroke, so that refusals are no way to ask without end."""
    given = {
        k: v
        for k, v in values.items()
        if k in entity.fields and tells(entity, entity.fields[k]) and duplicates.may_compare(entity, k, actor)
    }
    typed = {k: v for k, v in given.items() if isinstance(v, str) and v.strip()}
    return duplicates.find(entity, typed, actor, besides=besides) if typed and duplicates.may_ask(actor) else []


def asking(entity: Entity, field: Field, html: Markup, record: int | None) -> Markup:
    """A control that asks while it is filled in, where its field tells records apart."""
    if not entity.search or not tells(entity, field):
        return html
    besides = Markup(' data-dup-record="{0}"').format(record) if record else ""
    asks = Markup('<input data-dup-url="/{0}/_similar/" data-dup-box="#dups"{1} ').format(entity.slug, besides)
    return Markup(str(html).replace("<input ", str(asks), 1))


def tells(entity: Entity, field: Field) -> bool:
    """Whether what is typed into a field is compared at once: the title, also where two may be called the same, numbers and addresses."""
    return field.key == entity.title or bool(duplicates.compared(entity, field.key))


urls = [path("<slug:slug>/_similar/", similar)]

"""What a page answers when its write waits for somebody's agreement, and how a form begins anew from a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.kernel import deciding, directory, drafts, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.whole import whole
from guanxi.surfaces.pages.frame import actor_of, go, toast, triggers


def address(draft: int) -> str:
    """Where a draft is looked at."""
    return f"/reviews/{draft}/"


def words(draft: Draft) -> str:
    """That it was sent, and to whom."""
    names = asked(draft)
    return _("Sent for review to %(names)s. It takes effect once it is agreed to.") % {"names": names} if names else said()


def said() -> str:
    """That it was sent."""
    return _("Sent for review. It takes effect once it is agreed to.")


def asked(draft: Draft) -> str:
    """Who is asked, by name; a few of them where they are many."""
    names = sorted(directory.person_name(person) for person in deciding.who(draft.asks, draft.author))
    return "、".join(names[:3]) + (" …" if len(names) > 3 else "")


def counted(number: int) -> str:
    """3 sent for review."""
    return ngettext("%(n)d sent for review", "%(n)d sent for review", number) % {"n": number}


def in_place(draft: Draft, status: int = 204) -> HttpResponse:
    """The answer to a write in place: the page reads itself anew and shows that something waits."""
    response = toast(HttpResponse(status=status), words(draft), level="info", link=address(draft.number))
    return triggers(response, list__changed="", record__changed="", modal__close="")


def created(request: HttpRequest, number: int, *, quick: bool) -> HttpResponse:
    """The answer to a creation that waits."""
    if quick:
        response = toast(HttpResponse(status=204), said(), level="info", link=address(number))
        return triggers(response, modal__close="", list__changed="")
    return go(request, address(number), said())


def saving(request: HttpRequest, do: Callable[[], Any]) -> Any:
    """Write with what the author tells a reviewer; what is done anew takes the place of the draft that it was made from."""
    actor = actor_of(request)
    number = whole(request.GET.get("draft"))
    with write.unit(actor, "form") as u:
        u.reason = request.POST.get("_reason", "")
        if number is not None and drafts.mine(actor).filter(pk=number, state="waiting").exists():
            drafts.withdraw(number, actor=actor)
        return do()


def begun(request: HttpRequest, entity: Entity, record: int | None) -> Draft | None:
    """The draft of one's own that the address names, of this record, to begin from."""
    number = whole(request.GET.get("draft"))
    if number is None:
        return None
    actor = actor_of(request)
    verb = "create" if record is None else "update"
    draft = drafts.mine(actor).filter(pk=number, entity=entity.key, verb=verb).exclude(state="approved").first()
    if draft is None or draft.record != record or not drafts.open_to(draft, actor):
        raise Http404
    return draft


def filled(entity: Entity, draft: Draft | None, actor: Actor) -> dict[str, Any]:
    """Its values as controls take them, as far as they may be set today."""
    found: dict[str, Any] = {}
    reader = Reader(actor)
    for key, field in entity.writable(actor).items():
        if draft is not None and key in draft.values:
            try:
                found[key] = field.kind.parse(draft.values[key], reader)
            except ValueError:
                continue
    return found


def carried(entity: Entity, draft: Draft | None, actor: Actor) -> list[tuple[str, str]]:
    """Its currencies, which have no control of their own."""
    if draft is None:
        return []
    writable = entity.writable(actor)
    return [(k, str(v)) for k, v in draft.values.items() if k.endswith("_currency") and k.removesuffix("_currency") in writable]

"""Webhooks as administrators keep them: where to tell of what, the secret shown once, the log of what was told and another try."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from guanxi.kernel.condition import builder, tree
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.org import actors
from guanxi.org.models import User
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, administering
from guanxi.surfaces.hooks import keeping, sending, taking
from guanxi.surfaces.hooks.models import Delivery, Webhook
from guanxi.surfaces.pages.frame import actor_of, fragment, go, page, reader_of

PLACES.append(
    Place(
        "/admin/webhooks/",
        "send",
        gettext_lazy("Webhooks"),
        gettext_lazy("Tell other programs what happens here: signed, tried again, with a log."),
        CONTENTS,
        "接口 推送 回调 通知 集成 api webhook",
        lambda actor: actor.administers,
    )
)
#: Lines of the log that the page shows.
SHOWN = 50
KINDS = {
    "created": gettext_lazy("created"),
    "changed": gettext_lazy("changed"),
    "deleted": gettext_lazy("deleted"),
    "restored": gettext_lazy("restored"),
}
STATES = {
    "waiting": (gettext_lazy("waiting"), "b"),
    "sent": (gettext_lazy("accepted"), "g"),
    "failed": (gettext_lazy("given up"), "r"),
    "dropped": (gettext_lazy("nothing to tell any more"), ""),
    "held": (gettext_lazy("held: it went round in a circle"), "o"),
}


@administering
def show(request: HttpRequest) -> HttpResponse:
    """All of them."""
    context = {"hooks": Webhook.objects.select_related("person").order_by("name", "pk"), "labels": _labels()}
    return page(request, "admin/webhooks.html", context, title=_("Webhooks"))


@administering
def new(request: HttpRequest) -> HttpResponse:
    """One more."""
    return _form(request, Webhook(active=True, kinds=["created", "changed"], person_id=actor_of(request).id or 0))


@administering
def edit(request: HttpRequest, hook_id: int) -> HttpResponse:
    """One of them, with its log."""
    return _form(request, get_object_or_404(Webhook, pk=hook_id))


def _form(request: HttpRequest, hook: Webhook) -> HttpResponse:
    errors: dict[str, str] = {}
    where, secret = json.dumps(hook.where, ensure_ascii=False) if hook.where else "", ""
    if request.method == "POST":
        fresh, where = not hook.pk, request.POST.get("where", "")
        for key in ("name", "entity", "address"):
            setattr(hook, key, request.POST.get(key, "").replace("\x00", "").strip())
        hook.kinds, hook.active = [k for k in taking.KINDS if k in request.POST.getlist("kinds")], bool(request.POST.get("active"))
        hook.person = User.objects.filter(pk=whole(request.POST.get("person")) or 0).first()  # type: ignore[assignment]
        try:
            secret = keeping.keep(hook, where, actor=actor_of(request))
            if not fresh:
                return go(request, f"/admin/webhooks/{hook.pk}/", _("Saved"))
        except Invalidated as refusal:
            errors = refusal.errors
    return _drawn(request, hook, where, errors, secret)


@administering
@require_GET
def where(request: HttpRequest) -> HttpResponse:
    """The filter builder for the records and the person that are chosen; a condition that says nothing about these begins anew."""
    hook = Webhook(entity=request.GET.get("entity", ""), person_id=whole(request.GET.get("person")) or 0)
    return fragment(request, "admin/webhook_where.html", _condition(request, hook, request.GET.get("where", "")))


def _condition(request: HttpRequest, hook: Webhook, typed: str) -> dict[str, Any]:
    """What the filter builder needs: the fields that the webhook's person may see, and the condition as far as it makes sense."""
    entity = next((each for each in registry.in_menu() if each.key == hook.entity), registry.in_menu()[0])
    person = User.objects.filter(pk=hook.person_id or 0, is_active=True).first()
    reader = Reader(actors.resolve(person)) if person else reader_of(request)
    try:
        document = tree.read(typed) if typed.strip() else []
        tree.parse(entity, document, reader.actor)
    except tree.ConditionError:
        document = _as_it_came(typed) if request.method == "POST" else []
    return {"where": document, "builder": builder.metadata(entity, reader)}


def _as_it_came(typed: str) -> list[Any]:
    """What was refused, to be drawn as it came; nothing of what is no condition at all."""
    try:
        return tree.read(typed)
    except tree.ConditionError:
        return []


def _drawn(request: HttpRequest, hook: Webhook, where: str, errors: dict[str, str], secret: str) -> HttpResponse:
    context: dict[str, Any] = {
        "hook": hook,
        **_condition(request, hook, where),
        "errors": errors,
        "secret": secret,
        "kinds": KINDS,
        "states": STATES,
        "labels": _labels(),
        "people": User.objects.filter(is_active=True).order_by("name", "login"),
        "deliveries": Delivery.objects.filter(hook=hook).order_by("-pk")[:SHOWN] if hook.pk else [],
        "moment": lambda at: timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S"),
    }
    return page(request, "admin/webhook.html", context, title=hook.name or _("New webhook"), status=422 if errors else 200)


def _labels() -> dict[str, str]:
    return {entity.key: str(entity.label_plural) for entity in registry.in_menu()}


@administering
@require_POST
def renew(request: HttpRequest, hook_id: int) -> HttpResponse:
    """Another secret, shown once."""
    hook = get_object_or_404(Webhook, pk=hook_id)
    secret = keeping.renew(hook, actor=actor_of(request))
    return _drawn(request, hook, json.dumps(hook.where, ensure_ascii=False) if hook.where else "", {}, secret)


@administering
@require_POST
def test(request: HttpRequest, hook_id: int) -> HttpResponse:
    """Send something to see whether it arrives."""
    hook = get_object_or_404(Webhook, pk=hook_id)
    sending.test(hook)
    return go(request, f"/admin/webhooks/{hook.pk}/", _("A test is on its way; the log tells how it went."))


@administering
@require_POST
def remove(request: HttpRequest, hook_id: int) -> HttpResponse:
    """Tell nothing more."""
    keeping.remove(get_object_or_404(Webhook, pk=hook_id), actor=actor_of(request))
    return go(request, "/admin/webhooks/", _("Removed"))


@administering
@require_POST
def replay(request: HttpRequest, hook_id: int, delivery_id: int) -> HttpResponse:
    """Tell it once more."""
    sending.again(get_object_or_404(Delivery, pk=delivery_id, hook=hook_id))
    return go(request, f"/admin/webhooks/{hook_id}/", _("It is told once more; the log tells how it went."))


_ONE = "admin/webhooks/<int:hook_id>/"
urls = [
    path("admin/webhooks/", show),
    path("admin/webhooks/new/", new),
    path("admin/webhooks/where/", where),
    path(_ONE, edit),
    path(_ONE + "secret/", renew),
    path(_ONE + "test/", test),
    path(_ONE + "remove/", remove),
    path(_ONE + "deliveries/<int:delivery_id>/replay/", replay),
]

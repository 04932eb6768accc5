"""Channels as administrators keep them: by which service text messages and mails go out, approved wordings, and a log without addresses."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.org.models import Role
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, administering
from guanxi.surfaces.channels import keeping, trying
from guanxi.surfaces.channels.answers import worded
from guanxi.surfaces.channels.keeping import Wish
from guanxi.surfaces.channels.models import Channel, Message
from guanxi.surfaces.channels.providers import MEDIA, PROVIDERS
from guanxi.surfaces.pages.frame import actor_of, go, page
from guanxi.surfaces.pages.messages import STATES

PLACES.append(
    Place(
        "/admin/channels/",
        "device-mobile",
        gettext_lazy("Channels"),
        gettext_lazy("By which service text messages and mails go out to customers, and what became of them."),
        CONTENTS,
        "短信 邮件 通道 网关 签名 模板 阿里云 腾讯云 发件 邮箱 sms mail smtp gateway",
        lambda actor: actor.administers,
    )
)
#: Lines of the log that the page shows.
SHOWN = 50


@administering
def show(request: HttpRequest) -> HttpResponse:
    """All of them, and by which services there may be more."""
    rows = [(row, PROVIDERS[row.provider]) for row in Channel.objects.order_by("name", "pk") if row.provider in PROVIDERS]
    return page(request, "admin/channels.html", {"rows": rows, "providers": PROVIDERS, "media": MEDIA}, title=_("Channels"))


@administering
def new(request: HttpRequest) -> HttpResponse:
    """One more; the address says by which service (`?by=`)."""
    by = request.GET.get("by", "")
    if by not in PROVIDERS:
        raise Http404
    return _form(request, Channel(provider=by, name=str(PROVIDERS[by].label), active=True))


@administering
def edit(request: HttpRequest, channel_id: int) -> HttpResponse:
    """One of them, with its log."""
    return _form(request, get_object_or_404(Channel, pk=channel_id, provider__in=PROVIDERS))


def _form(request: HttpRequest, channel: Channel) -> HttpResponse:
    errors: dict[str, str] = {}
    wish = _as_it_is(channel)
    if request.method == "POST":
        wish = _wish(request, channel)
        try:
            keeping.keep(channel, wish, actor=actor_of(request))
            return go(request, f"/admin/channels/{channel.pk}/", _("Saved"))
        except Invalidated as refusal:
            errors = refusal.errors
    return _drawn(request, channel, wish, errors)


def _wish(request: HttpRequest, channel: Channel) -> Wish:
    given, provider = request.POST, PROVIDERS[channel.provider]
    texts = keeping.texts_of(provider.medium) if provider.approved else []
    return Wish(
        given.get("name", ""),
        {each.key: given.get(f"says-{each.key}", "") for each in provider.settings},
        given.getlist("roles"),
        given.get("daily", ""),
        bool(given.get("active")),
        [(text.pk, given.get(f"code-{text.pk}", ""), given.get(f"names-{text.pk}", "")) for text in texts],
    )


def _as_it_is(channel: Channel) -> Wish:
    says = channel.says if channel.pk else {each.key: each.default for each in PROVIDERS[channel.provider].settings}
    known = channel.approved.filter(text__body=F("body")) if channel.pk else []
    approved = [(row.text_id, row.code, ", ".join(row.names)) for row in known]
    return Wish(channel.name, says, channel.roles, str(channel.daily), channel.active, approved)


def _drawn(request: HttpRequest, channel: Channel, wish: Wish, errors: dict[str, str]) -> HttpResponse:
    provider = PROVIDERS[channel.provider]
    former = set(channel.approved.exclude(text__body=F("body")).values_list("text", flat=True)) if channel.pk else set()
    kinds = {entity.key: entity.label for entity in registry}
    context: dict[str, Any] = {
        "channel": channel,
        "provider": provider,
        "medium": MEDIA[provider.medium],
        "wish": wish,
        "errors": errors,
        "roles": Role.objects.filter(active=True).order_by("position", "id"),
        "texts": [
            {
                "text": text,
                "kind": kinds.get(text.entity, text.entity),
                "tags": keeping.variables(text),
                "said": _said(wish, text.pk),
                "former": text.pk in former,
            }
            for text in (keeping.texts_of(provider.medium) if provider.approved else [])
        ],
        "messages": Message.objects.filter(channel=channel).select_related("person").order_by("-pk")[:SHOWN] if channel.pk else [],
        "states": STATES,
        "worded": worded,
        "moment": lambda at: timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S"),
        "reports": f"{settings.GUANXI_URL or request.build_absolute_uri('/').rstrip('/')}/receipts/{channel.token}/"
        if provider.approved
        else "",
        "address": f"/admin/channels/{channel.pk}/" if channel.pk else f"/admin/channels/new/?by={channel.provider}",
    }
    title = (channel.pk and channel.name) or _("New channel")
    return page(request, "admin/channel.html", context, title=title, status=422 if errors else 200)


def _said(wish: Wish, text: int) -> tuple[str, str]:
    """The code and the variables that were typed for a text."""
    return next(((code, names) for number, code, names in wish.approved if number == text), ("", ""))


@administering
@require_POST
def test(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Send something to oneself, at once, and say what the service answered."""
    channel = get_object_or_404(Channel, pk=channel_id, provider__in=PROVIDERS)
    taken, said = trying.attempt(channel, request.POST.get("to", ""), actor=actor_of(request))
    return go(request, f"/admin/channels/{channel.pk}/", said, level="ok" if taken else "error")


@administering
@require_POST
def remove(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Nothing goes out by it any more."""
    keeping.remove(get_object_or_404(Channel, pk=channel_id), actor=actor_of(request))
    return go(request, "/admin/channels/", _("Removed"))


_ONE = "admin/channels/<int:channel_id>/"
urls = [
    path("admin/channels/", show),
    path("admin/channels/new/", new),
    path(_ONE, edit),
    path(_ONE + "test/", test),
    path(_ONE + "remove/", remove),
]

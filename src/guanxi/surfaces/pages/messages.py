"""Sending what was written about a record to somebody outside, what became of it, and what providers tell of it later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from guanxi.kernel import one, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import phone
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Label
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.surfaces.channels import receipts, sending, shelf
from guanxi.surfaces.channels.answers import worded
from guanxi.surfaces.channels.models import Channel, Message
from guanxi.surfaces.channels.providers import MEDIA, PROVIDERS
from guanxi.surfaces.channels.sending import Letter
from guanxi.surfaces.channels.shelf import Shelved
from guanxi.surfaces.pages import recipients, texts
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, record_or_404, signed_in, toast, triggers
from guanxi.surfaces.pages.record import title_of

#: Bytes of one call of a provider.
LARGEST = 512 * 1024
STATES: dict[str, tuple[Label, str]] = {
    "waiting": (gettext_lazy("on its way"), "b"),
    "sent": (gettext_lazy("taken by the service"), "g"),
    "delivered": (gettext_lazy("delivered"), "g"),
    "failed": (gettext_lazy("not delivered"), "r"),
    "unsure": (gettext_lazy("perhaps sent"), "o"),
    "dropped": (gettext_lazy("not sent"), ""),
}


@signed_in
@require_POST
def send(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """Send what stands in the dialogue; what is refused is said and stays as it was typed."""
    entity = entity_or_404(request, slug)
    row, actor = record_or_404(request, entity, record_id), actor_of(request)
    try:
        message = _queued(request, entity, row, actor)
    except write.Refused as refusal:
        errors = " ".join(refusal.errors.values()) if isinstance(refusal, write.Invalidated) else str(refusal)
        return toast(HttpResponse(status=403 if isinstance(refusal, write.Forbidden) else 422), errors, level="error")
    said = _("It goes out in a moment.")
    return triggers(toast(HttpResponse(status=204), said, undo=f"/_messages/{message.pk}/take-back/"), modal__close="")


def _queued(request: HttpRequest, entity: Entity, row: Any, actor: Actor) -> Message:
    sending.writing(entity, row.id, actor)
    given, medium = request.POST, request.POST.get("medium", "")
    channel = channel_of(actor, whole(given.get(f"channel-{medium}")), medium)
    text = texts.kept(entity, actor, whole(given.get("text")))
    tidy = lambda name: given.get(name, "").replace("\x00", "").replace("\r\n", "\n")
    typed = Letter(tidy("body").strip(), " ".join(tidy("subject").split()), text.pk if text else None, tells=bool(given.get("tells")))
    letter = letter_of(entity, row, actor, channel, typed)
    to = recipients.named(entity, row, actor, MEDIA[medium][1], given.get(f"to-{medium}", ""))
    if to is None:
        raise write.Invalidated({"to": _("Choose to whom it goes.")})
    return sending.queue(channel, entity, row.id, to, letter, actor=actor, name=_uuid(given.get("once", "")))


def channel_of(actor: Actor, number: int | None, medium: str) -> Shelved:
    """The channel of that number, or the first of the medium. Raises Invalidated."""
    fitting = [each for each in shelf.of(actor) if each.medium == medium and number in (None, each.id)]
    if not fitting:
        raise write.Invalidated({"channel": _("Choose a channel by which you may send.")})
    return fitting[0]


def letter_of(entity: Entity, row: Any, actor: Actor, channel: Shelved, typed: Letter) -> Letter:
    """What goes out: of an approved wording nothing but the values is the sender's."""
    text = texts.kept(entity, actor, typed.text)
    if text is None or not channel.approved:
        return typed
    found = texts.filled(entity, row.id, actor, text)
    return Letter(found.body, "", text.pk, found.parameters, typed.tells)


@signed_in
@require_GET
def show(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """What was sent about a record, and what became of it."""
    entity = entity_or_404(request, slug)
    row, actor = record_or_404(request, entity, record_id), actor_of(request)
    if actor.pool is not None:
        raise Http404
    lines = [line(each, actor) for each in sending.of_record(entity, row.id, actor)]
    return fragment(
        request, "pages/messages.html", {"title": title_of(entity, row, actor), "lines": lines, "url": f"/{slug}/{row.id}/_messages/"}
    )


@dataclass(frozen=True)
class Line:
    """A message as this reader sees it: what it says is for who wrote it, an address for who may read the field that it stood in."""

    message: Message
    at: str
    by: str
    to: str
    text: str
    icon: str
    state: Label
    tone: str
    why: str
    mine: bool


def line(message: Message, actor: Actor) -> Line:
    """One of them."""
    mine, (label, tone) = message.person_id == actor.id, STATES[message.state]
    return Line(
        message,
        timezone.localtime(message.at).strftime("%Y-%m-%d %H:%M"),
        message.person.name,
        address(message, actor),
        "\n".join(filter(None, (message.subject, message.body))) if mine else "",
        MEDIA[message.medium][3],
        label,
        tone,
        worded(message.answer) if mine or message.state == "dropped" else "",
        mine,
    )


def address(message: Message, actor: Actor) -> str:
    """To whom, as far as this reader sees it: numbers never whole."""
    entity = next((each for each in registry if each.key == message.whose), None)
    open_ = entity is not None and message.whose_field in entity.visible(actor) and actor.may(entity.key, "view")
    if not message.to or entity is None or not open_ or one.find(entity, actor, message.whose_record) is None:
        return "—"
    if message.medium == "sms":
        return phone.mask(message.to)
    return "••••" if actor.right(entity.key, message.whose_field) == "masked" else message.to


@signed_in
@require_POST
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """Not to be sent after all."""
    return _done(request, lambda: sending.take_back(number, actor=actor_of(request)), _("Taken back: it is not sent."))


@signed_in
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Send once more what did not arrive."""
    return _done(request, lambda: sending.again(number, actor=actor_of(request)), _("It goes out in a moment."))


def _done(request: HttpRequest, do: Any, said: str) -> HttpResponse:
    try:
        do()
    except write.NotFound:
        raise Http404 from None
    except write.Invalidated as refusal:
        return toast(HttpResponse(status=422), " ".join(refusal.errors.values()), level="error")
    return triggers(toast(HttpResponse(status=204), said), messages__changed="")


# Exempt, for providers have no session: the secret is the address itself.
@csrf_exempt
@never_cache
@require_POST
def reported(request: HttpRequest, token: str) -> HttpResponse:
    """What a provider tells of messages that it has taken; it is told nothing in return but that it was heard."""
    channel = Channel.objects.filter(token=token, provider__in=PROVIDERS).first()
    if channel is None or int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return HttpResponse(status=404)
    try:
        receipts.take(channel, request.body)
    except (ValueError, TypeError, RecursionError):
        return HttpResponse(status=400)
    return JsonResponse(PROVIDERS[channel.provider].heard())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


urls = [
    path("<slug:slug>/<int:record_id>/_texts/send/", send),
    path("<slug:slug>/<int:record_id>/_messages/", show),
    path("_messages/<int:number>/take-back/", take_back),
    path("_messages/<int:number>/again/", again),
    path("receipts/<str:token>/", reported),
]

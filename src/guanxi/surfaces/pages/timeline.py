"""The right column of a record: write what happened, read what has happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.kernel import attachments, comments, directory, idempotency, reactions, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.fields.dates import ago
from guanxi.surfaces import stream
from guanxi.surfaces.pages import sent
from guanxi.surfaces.pages.files import shown as shown_file
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, go, page, reader_of, record_or_404, signed_in, toast, triggers
from guanxi.surfaces.telling import tell, writes
from guanxi.surfaces.texts import shelf as texts

_SALT = "guanxi.timeline"
#: People whom the hover over a sign names.
NAMED = 12
#: The tab of the composer that writes a comment instead of a record.
COMMENT = "_comment"


def timeline(
    request: HttpRequest, entity: Entity, record: Any, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Context of `pages/timeline.html`; `typed` and `errors` are of a refused entry."""
    reader = reader_of(request)
    return {
        "entity": entity,
        "record": record,
        "timeline_url": f"/{entity.slug}/{record.id}/_timeline/",
        "composer": composer(entity, record, reader, typed or {}, errors or {}),
        "stream": page_of(request, entity, record, reader),
    }


def composer(entity: Entity, record: Any, reader: Reader, typed: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    """The tabs, the text and the date with which somebody writes; a comment is always possible."""
    child = writes(entity, reader.actor)
    tabs, due = [], None
    if child is not None:
        mode, _text, when = child.composer
        dictionary = child.fields[mode].kind.dictionary  # type: ignore[attr-defined]
        tabs = [{"code": i.code, "label": i.label} for i in dictionary.active()]
        due = {"key": when, "label": str(child.fields[when].label)} if when in child.writable(reader.actor) else None
    tabs.append({"code": COMMENT, "label": _("Comment")})
    chosen = typed.get("mode") or tabs[0]["code"]
    return {
        "url": f"/{entity.slug}/{record.id}/_compose/",
        "tabs": [{**tab, "on": tab["code"] == chosen} for tab in tabs],
        "due": due,
        "files": child is not None or attachments.may_add(entity, record, reader.actor),
        "typed": typed,
        "errors": list(errors.values()),
        "hint": _("What was said, what comes next…"),
        "phrases": texts.of(entity, reader.actor, "phrase") if reader.actor.pool is None else [],
        "phrases_url": f"/{entity.slug}/{record.id}/_texts/",
    }


def page_of(request: HttpRequest, entity: Entity, record: Any, reader: Reader, before: datetime | None = None) -> dict[str, Any]:
    """Entries with their words of time and day, and the address of older ones."""
    found = stream.read(entity, record, reader, before=before)
    # Who looks into a pool reads its stories; what is said to them belongs to whoever may see the record itself.
    answering = reader.actor.pool is None
    signs = reactions.under(entry.id for entry in found.entries if entry.kind == "comment" and answering)
    rows = [
        {
            "entry": entry,
            "when": ago(entry.at),
            "exact": timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M"),
            "reactions": reacted(entry.id, signs[entry.id], reader.actor) if entry.id in signs else None,
            "earlier": f"/_comments/{entry.id}/earlier/" if entry.edited and answering else "",
            "files": [shown_file(f, reader.actor, editable=False) for f in entry.files],
        }
        for entry in found.entries
    ]
    older = f"/{entity.slug}/{record.id}/_timeline/?before={signing.dumps(found.before.isoformat(), salt=_SALT)}" if found.before else ""
    return {"rows": rows, "older": older}


@signed_in
def show(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """The whole column, or with `before` the entries that come after the last one shown."""
    entity = entity_or_404(request, slug)
    record = record_or_404(request, entity, record_id)
    cursor = request.GET.get("before", "")
    if not cursor:
        return fragment(request, "pages/timeline.html", timeline(request, entity, record))
    try:
        before = datetime.fromisoformat(signing.loads(cursor, salt=_SALT))
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    return fragment(request, "pages/timeline_entries.html", {"stream": page_of(request, entity, record, reader_of(request), before)})


@signed_in
@require_POST
def compose(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """Write an entry or a comment; what was typed stands again when it is refused."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    record = record_or_404(request, entity, record_id)
    typed = {key: request.POST.get(key, "") for key in ("mode", "text", "due")}
    uploads = request.FILES.getlist("files")
    child = writes(entity, actor)
    key = request.POST.get("idempotency_key") or request.headers.get("Idempotency-Key", "")
    try:
        if typed["mode"] == COMMENT or child is None:
            idempotency.once(key, actor, lambda: say(entity, record, typed["text"], uploads, actor))
            message, undo = added(entity, record, typed["text"], actor), ""
        else:
            made = idempotency.once(key, actor, lambda: tell(entity, child, record, typed, uploads, actor))
            message, undo = (_("Follow-up saved"), f"/_undo/{made}/1/") if made > 0 else (sent.said(), "")
    except write.NotFound:
        raise Http404 from None
    except write.Refused as refusal:
        errors = refusal.errors if isinstance(refusal, write.Invalidated) else {"": str(refusal)}
        status = 403 if isinstance(refusal, write.Forbidden) else 422
        return column(request, entity, record, typed, errors, status=status)
    if not request.headers.get("HX-Request"):
        return go(request, f"/{slug}/{record_id}/", message, undo=undo)
    record = record_or_404(request, entity, record_id)
    response = fragment(request, "pages/timeline.html", timeline(request, entity, record))
    return triggers(toast(response, message, undo=undo), record__changed="", list__changed="")


def column(
    request: HttpRequest, entity: Entity, record: Any, typed: Mapping[str, str], errors: Mapping[str, str], *, status: int
) -> HttpResponse:
    """What was refused, in its column, or in the whole record for a browser without scripts."""
    from guanxi.surfaces.pages.record import region, title_of

    context = timeline(request, entity, record, typed, errors)
    if request.headers.get("HX-Request"):
        return fragment(request, "pages/timeline.html", context, status=status)
    return page(
        request,
        "pages/record.html",
        {**region(request, entity, record), **context},
        title=title_of(entity, record, actor_of(request)),
        status=status,
    )


def say(entity: Entity, record: Any, text: str, uploads: list[Any], actor: Actor) -> int:
    """A comment, with files where there are any."""
    with write.unit(actor, "timeline"):
        made = comments.add(entity, record.id, text, actor=actor)
        if uploads:
            attachments.add(entity, record, uploads, actor=actor, door="timeline")
    return int(made.pk)


def added(entity: Entity, record: Any, text: str, actor: Actor) -> str:
    """What is said after a comment; of whom it does not reach too."""
    missed = comments.unreached(entity, record.id, text, actor)
    if not missed:
        return _("Comment added")
    return _("Comment added. %(names)s may not see this record: open it under “Participants” first.") % {"names": "、".join(missed)}


@signed_in
@require_POST
def comment(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """Only a comment: `body`."""
    entity = entity_or_404(request, slug)
    record = record_or_404(request, entity, record_id)
    try:
        comments.add(entity, record.id, request.POST.get("body", ""), actor=actor_of(request))
    except write.Refused as refusal:
        errors = {"body": str(refusal)}
        typed = {"mode": COMMENT, "text": request.POST.get("body", "")}
        return column(request, entity, record, typed, errors, status=422)
    said = added(entity, record, request.POST.get("body", ""), actor_of(request))
    if not request.headers.get("HX-Request"):
        return go(request, f"/{slug}/{record_id}/", said)
    return toast(fragment(request, "pages/timeline.html", timeline(request, entity, record)), said)


@signed_in
@require_POST
def change_comment(request: HttpRequest, comment_id: int, verb: str = "edit") -> HttpResponse:
    """Its author edits, removes or brings back a comment."""
    actor = actor_of(request)
    try:
        if verb == "remove":
            comments.remove(comment_id, actor=actor)
            response = toast(HttpResponse(status=204), _("Comment removed"), undo=f"/_comments/{comment_id}/restore/")
        elif verb == "restore":
            comments.bring_back(comment_id, actor=actor)
            response = HttpResponse(status=204)
        else:
            comments.edit(comment_id, request.POST.get("body", ""), actor=actor)
            response = toast(HttpResponse(status=204), _("Saved"))
    except write.NotFound:
        raise Http404 from None
    except write.Refused as refusal:
        return toast(HttpResponse(status=403 if isinstance(refusal, write.Forbidden) else 422), str(refusal), level="error")
    return triggers(response, timeline__changed="", modal__close="")


def reacted(comment: int, signs: list[reactions.Sign], actor: Actor) -> dict[str, Any]:
    """The signs under a remark: how many, whose, and whether one's own is among them; and those that are still to be given."""
    given = [
        {"kind": s.kind, "label": s.label, "icon": s.icon, "count": len(s.people), "mine": actor.id in s.people, "who": _names(s.people)}
        for s in signs
    ]
    mine = {sign["kind"] for sign in given if sign["mine"]}
    rest = [{"kind": k, "label": str(label), "icon": icon} for k, (label, icon) in reactions.KINDS.items() if k not in mine]
    return {"url": f"/_comments/{comment}/react/", "given": given, "rest": rest}


def _names(people: Sequence[int]) -> str:
    """The first few by name."""
    named = "、".join(directory.person_name(person) for person in people[:NAMED])
    return named if len(people) <= NAMED else _("%(names)s and %(n)d more") % {"names": named, "n": len(people) - NAMED}


@signed_in
@require_POST
def react(request: HttpRequest, comment_id: int, kind: str) -> HttpResponse:
    """Give a sign, or with `on` empty take it back; answers with the signs as they stand."""
    actor = actor_of(request)
    try:
        reactions.react(comment_id, kind, actor=actor, on=request.POST.get("on") == "1")
    except (write.NotFound, write.Invalidated):
        raise Http404 from None
    signs = reactions.under([comment_id])[comment_id]
    return fragment(request, "pages/reactions.html", {"reactions": reacted(comment_id, signs, actor)})


@signed_in
def earlier(request: HttpRequest, comment_id: int) -> HttpResponse:
    """What a remark said before it was edited, the latest wording first."""
    try:
        row = reactions.readable(comment_id, actor_of(request))
    except write.NotFound:
        raise Http404 from None
    told = [(timezone.localtime(datetime.fromisoformat(at)).strftime("%Y-%m-%d %H:%M"), body) for at, body in reversed(row.earlier)]
    return fragment(request, "pages/comment_earlier.html", {"told": told, "comment": row})


@signed_in
def edit_form(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The modal in which its author rewrites a comment."""
    from guanxi.kernel.models import Comment

    row = Comment.objects.filter(id=comment_id, deleted_at=None, created_by=actor_of(request).id).first()
    if row is None:
        raise Http404
    return fragment(request, "pages/comment.html", {"comment": row})


urls = [
    path("<slug:slug>/<int:record_id>/_timeline/", show),
    path("<slug:slug>/<int:record_id>/_compose/", compose),
    path("<slug:slug>/<int:record_id>/_comment/", comment),
    path("_comments/<int:comment_id>/form/", edit_form),
    path("_comments/<int:comment_id>/", change_comment),
    path("_comments/<int:comment_id>/earlier/", earlier),
    path("_comments/<int:comment_id>/react/<slug:kind>/", react),
    path("_comments/<int:comment_id>/remove/", change_comment, {"verb": "remove"}),
    path("_comments/<int:comment_id>/restore/", change_comment, {"verb": "restore"}),
]

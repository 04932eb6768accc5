"""Declared actions: what they ask in the modal, and doing them to one record, to a row of a list, or to a selection."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from guanxi.kernel import one, write
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Action, Entity, Opening
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.surfaces.pages import bulk as many
from guanxi.surfaces.pages import sent
from guanxi.surfaces.pages.actions import done
from guanxi.surfaces.pages.acts import available
from guanxi.surfaces.pages.form import control, parsed_for_show, posted, refused
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, fragment, go, reader_of, record_or_404, signed_in, toast, triggers
from guanxi.surfaces.pages.record import title_of


@signed_in
def act(request: HttpRequest, slug: str, record_id: int, code: str) -> HttpResponse:
    """On one record: GET asks what is needed in the modal, POST does it."""
    entity, actor = entity_or_404(request, slug), actor_of(request)
    row = record_or_404(request, entity, record_id)
    action = entity.action(code)
    if action is None or not available(entity, action, row, actor):
        raise Http404
    read = whole(request.GET.get("read")) if action.as_read else None
    url, title = f"/{entity.slug}/{row.id}/_action/{code}/{f'?read={read}' if read else ''}", title_of(entity, row, actor)
    if request.method != "POST":
        if not action.form:
            raise Http404
        return ask(request, entity, action, url, title, {}, {}, record=row)
    if read is not None and read != row.version:
        return refused(request, str(write.Outdated()))
    values = posted(request, action.fields(entity))
    try:
        if action.run is not None:
            return _ran(request, entity, action, row.id, action.run(entity, [row.id], values, actor, "action"))
        changes = action.effect(row, values, actor) if action.effect else {}
        row = write.update((entity, row.id), changes, actor=actor, door="action", verb=code, action=action.grant)
    except write.Invalidated as refusal:
        return ask(request, entity, action, url, title, values, refusal.errors, record=row, status=422)
    except write.Refused as refusal:
        return refused(request, str(refusal))
    return sent.in_place(row) if isinstance(row, Draft) else done(str(action.label), row.id, row.version)


def _ran(request: HttpRequest, entity: Entity, action: Action, record: int, outcome: write.Outcome) -> HttpResponse:
    """The record may now be elsewhere: go where this person finds it, or back to the list that he came from."""
    if record in outcome.sent:
        return sent.in_place(outcome.sent[record])
    if not outcome.written:
        return toast(HttpResponse(status=409), next(iter(next(iter(outcome.refused.values())).values())), level="error")
    actor, words = actor_of(request), str(action.label)
    if outcome.lands is not None:
        return go(request, f"/{outcome.lands[0].slug}/{outcome.lands[1]}/", words, undo=f"/_undo/{outcome.write_id}/")
    on_its_page = request.headers.get("HX-Current-URL", "").rstrip("/").endswith(f"/{entity.slug}/{record}")
    if not on_its_page:
        return triggers(toast(HttpResponse(status=204), words), list__changed="", record__changed="", modal__close="", drawer__close="")
    plain = registry.get(entity.key)
    if one.find(plain, actor.person, record) is not None:
        return go(request, f"/{plain.slug}/{record}/", words)
    return go(request, f"/{entity.slug}/", words)


def ask(
    request: HttpRequest,
    entity: Entity,
    action: Action,
    url: str,
    title: str,
    values: dict[str, Any],
    errors: dict[str, str],
    *,
    record: Any = None,
    status: int = 200,
    bulk: bool = False,
) -> HttpResponse:
    """The form of an action, with what was refused."""
    reader, asked = reader_of(request), action.fields(entity)
    begun = action.opening(record, reader.actor) if action.opening is not None and record is not None else Opening()
    shown = {**begun.values, **parsed_for_show(asked, values, reader, errors)}
    fields = [control(entity, each, shown, errors, reader, record=record) for each in asked.values()]
    for field in fields:
        field["required"] = field["required"] or field["key"] in action.asks
    others = {k: m for k, m in errors.items() if k not in action.form}
    rehearsal = many.rehearsal_url(request, entity, action.code) if bulk else ""
    context = {
        "entity": entity,
        "action": action,
        "fields": fields,
        "others": others,
        "url": url,
        "title": title,
        "bulk": bulk,
        "hits": begun.likely,
    }
    return fragment(request, "pages/action.html", {**context, "ids": request.POST.get("ids", ""), "rehearsal": rehearsal}, status=status)


@signed_in
def act_on_selection(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """On many records at once, with exactly how many were done and why the others were not."""
    entity = entity_or_404(request, slug)
    action = entity.action(code)
    if action is None or action.run is None or not actor_of(request).may(entity.key, action.grant):
        raise Http404
    url = request.get_full_path()
    if request.method != "POST" and action.form:
        return ask(request, entity, action, url, "", {}, {}, bulk=True)
    if request.method != "POST":
        raise Http404
    try:
        return many.answer(request, entity, many.wish_of(request, entity, code), asking=True)
    except write.Invalidated as refusal:
        values = posted(request, action.fields(entity))
        return ask(request, entity, action, url, "", values, refusal.errors, status=422, bulk=True)


urls = [
    path("<slug:slug>/_do/<slug:code>/", act_on_selection),
    path("<slug:slug>/<int:record_id>/_action/<slug:code>/", act),
]

"""Forms: create, quick create in a modal, edit, and one cell; all end in `write`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from markupsafe import Markup

from guanxi.kernel import dependence, drafts, idempotency, layouts, ruled, titles, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.duplicates import Likeness
from guanxi.kernel.entity import Entity, Form
from guanxi.kernel.fields.base import Field, Reader
from guanxi.kernel.fields.choice import ChoiceKind
from guanxi.kernel.fields.column import Keyed
from guanxi.kernel.fields.money import show_amount
from guanxi.kernel.whole import whole
from guanxi.surfaces.pages import likeness, pictured, sent
from guanxi.surfaces.pages.frame import (
    actor_of,
    entity_or_404,
    fragment,
    go,
    page,
    reader_of,
    record_or_404,
    signed_in,
    toast,
    triggers,
)
from guanxi.surfaces.pages.record import title_of


def posted(request: HttpRequest, fields: dict[str, Field]) -> dict[str, Any]:
    """Raw values of the fields that the form held; several inputs of one name make a list, `12.50 USD` is an amount with its currency."""
    found: dict[str, Any] = {}
    for key, field in fields.items():
        if key not in request.POST:
            continue
        given = request.POST.getlist(key)
        found[key] = [v for v in given if v] if field.kind.stored == "list" else given[-1]
        for beside in field.kind.companions(key) if field.kind.name == "money" else ():
            amount, _space, code = found[key].strip().rpartition(" ")
            if amount and code.isalpha():
                found[key], found[beside] = amount, code
            elif beside in request.POST:
                found[beside] = request.POST[beside]
    return found


def groups(
    entity: Entity, actor: Actor, values: dict[str, Any], errors: dict[str, str], form: Form | None, *, record: Any = None
) -> list[dict[str, Any]]:
    """The form's groups with a control for each field that the actor may set; what was refused is asked whatever the form."""
    reader = Reader(actor)
    arranged = layouts.of(entity, actor, form.code if form else "")
    without = set(form.without) - (set(form.sets) if record is not None else set()) if form else set()
    away = {k for k in arranged.away if k in entity.fields and not entity.fields[k].required}
    unasked = {*entity.hidden_in_form, *without, *away} - errors.keys()
    writable = {k: f for k, f in entity.writable(actor).items() if k not in unasked}
    rest = tuple(k for k in writable if k not in arranged.placed)
    rules = ruled.for_screen(entity, values, writable, reader)
    found = []
    for label, keys in [*((s.label, s.keys) for s in arranged.sections), (_("More"), rest)]:
        shown = [
            control(entity, writable[k], values, errors, reader, record=record) | {"rules": rules.get(k)} for k in keys if k in writable
        ]
        if shown:
            found.append({"label": str(label), "fields": shown})
    return found


def control(
    entity: Entity, field: Field, values: dict[str, Any], errors: dict[str, str], reader: Reader, *, record: Any = None
) -> dict[str, Any]:
    """One labelled control, holding what was typed if it was refused."""
    typed, field = values.get(field.key), dependence.beneath(entity, beside(field, values), values, reader.actor)
    html = retyped(field, typed, reader) if field.key in errors else field.kind.input(field, typed, reader)
    if record is None and field.key == entity.title and (words := titles.told(entity)):
        field, html = replace(field, required=False), _proposed(Markup(html), words)
    html = likeness.asking(entity, field, Markup(html), record.id if record is not None else None)
    return {
        "key": field.key,
        "label": field.label,
        "required": field.required,
        "help": field.help,
        "error": errors.get(field.key, ""),
        "wide": getattr(field.kind, "lines", 1) > 1,
        "html": html,
    }


def _proposed(html: Markup, words: str) -> Markup:
    """The control of a title that fills itself where nothing is typed."""
    plain = Markup(str(html).replace('required placeholder=" " ', ""))
    placeholder = Markup('<input placeholder="{}" ').format(_("Left empty: %(words)s") % {"words": words})
    return Markup(str(plain).replace("<input ", str(placeholder), 1))


def beside(field: Field, values: Mapping[str, Any]) -> Field:
    """The field as it is in a record with these values."""
    kind = field.kind.beside(values)
    return field if kind is field.kind else replace(field, kind=kind)


def first_in_hand(entity: Entity, controls: list[dict[str, Any]], errors: dict[str, str], *, new: bool) -> list[dict[str, Any]]:
    """Typing begins at the first field that was refused, in a new record at its title."""
    refused_ones = [c for c in controls if c["error"]]
    for c in refused_ones[:1] or [c for c in controls if new and not errors and c["key"] == entity.title]:
        c["html"] = in_hand(c["html"])
    return controls


def in_hand(html: str) -> Markup:
    """A control in which typing begins."""
    return Markup(re.sub(r"<(input(?! type=.hidden)|select|textarea) ", r"<\1 autofocus ", str(html), count=1))


def named(html: str, line: str) -> Markup:
    """A control whose ids are those of its line: many lines of a page hold the same field."""
    return Markup(re.sub(r'\b(id|for|data-for|aria-describedby)="([fe])-', rf'\1="{line}-\2-', str(html)))


def retyped(field: Field, typed: Any, reader: Reader) -> Markup:
    """The control with the refused text in it, so that nothing typed is lost."""
    if field.kind.stored == "list" or not isinstance(typed, str):
        return field.kind.input(field, field.kind.blank, reader)
    plain = Markup('<input type="text" name="{0}" id="f-{0}" value="{1}" aria-invalid="true" aria-describedby="f-{0}-error">')
    if hasattr(field.kind, "dictionary") or field.kind.name in ("person", "department", "lookup", "pool", "condition"):
        return field.kind.input(field, None, reader)
    if field.kind.name == "image":
        return field.kind.input(field, whole(typed), reader)
    if getattr(field.kind, "lines", 1) > 1:
        return field.kind.input(field, typed, reader)
    return plain.format(field.key, typed)


def parsed_for_show(fields: Mapping[str, Field], values: dict[str, Any], reader: Reader, errors: dict[str, str]) -> dict[str, Any]:
    """Values as controls take them: parsed where they parse, as typed where they were refused."""
    shown: dict[str, Any] = {}
    for key, raw in values.items():
        field = fields.get(key)
        if field is None:
            continue
        try:
            shown[key] = field.kind.parse(raw, reader) if key not in errors else raw
        except ValueError:
            shown[key] = raw
    return shown


def entry_of(entity: Entity, request: HttpRequest) -> Form | None:
    """The form that the address asks for (`?form=channel`), else the usual one."""
    entries = entity.entries(actor_of(request))
    return next((f for f in entries if f.code == request.GET.get("form")), entries[0] if entries else None)


def defaults(entity: Entity, request: HttpRequest) -> dict[str, Any]:
    """First values of a new record: declared and dictionary defaults, me as owner, what the form sets and the address brings (`?customer=12`)."""
    reader = reader_of(request)
    values: dict[str, Any] = {"owner": reader.actor.id}
    form = entry_of(entity, request)
    for key, field in entity.fields.items():
        first = field.kind.first(reader) if isinstance(field.kind, ChoiceKind) and field.kind.name == "choice" else None
        if first is not None and not field.first:
            values[key] = first.id
        elif not field.computed and field.kind.stored != "list" and (begins := ruled.first(field, reader)) is not None:
            values[key] = begins
        if form and key in form.sets:
            values[key] = field.kind.parse(form.sets[key], reader)
        if key in request.GET:
            try:
                values[key] = field.kind.parse(request.GET[key], reader)
            except ValueError:
                continue
    return values


@signed_in
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Create; `?quick=1` is the three-field form in the modal."""
    from guanxi.surfaces.pages import ahead  # whose lines are drawn by the controls of forms

    entity = entity_or_404(request, slug, "create")
    actor = actor_of(request)
    quick = "quick" in request.GET
    from_draft = sent.begun(request, entity, None)
    if request.method != "POST":
        return draw(request, entity, defaults(entity, request) | sent.filled(entity, from_draft, actor), {}, quick=quick)
    values, uploads = posted(request, entity.writable(actor)), pictured.chosen(request, entity.writable(actor))
    lines = [] if quick else ahead.posted(request, entity)
    try:
        pictured.held(entity, uploads, values, actor=actor)
        record_id = idempotency.once(
            request.POST.get("idempotency_key") or request.headers.get("Idempotency-Key", ""),
            actor,
            lambda: drafts.mark(sent.saving(request, lambda: ahead.create(entity, values, lines, actor=actor))),
        )
    except write.Invalidated as refusal:
        shown = {**defaults(entity, request), **parsed_for_show(entity.fields, values, reader_of(request), refusal.errors)}
        return draw(request, entity, shown, refusal.errors, quick=quick, likely=likeness.again(entity, values, actor), status=422)
    if record_id < 0:
        return sent.created(request, -record_id, quick=quick)
    url = f"/{entity.slug}/{record_id}/"
    message = _("%(entity)s saved") % {"entity": entity.label}
    undo = f"/_undo/{record_id}/1/"
    if not quick:
        return go(request, url, message, undo=undo)
    response = toast(HttpResponse(status=204), message, undo=undo, link=url, to=_("Open it"))
    triggers(response, modal__close="", list__changed="")
    if request.GET.get("for"):
        row = entity.rows(actor).filter(id=record_id).first()  # it may lie outside one's own scope
        if row is not None:
            triggers(response, picked={"for": request.GET["for"], "id": record_id, "label": title_of(entity, row, actor)})
    return response


def draw(
    request: HttpRequest,
    entity: Entity,
    values: dict[str, Any],
    errors: dict[str, str],
    *,
    quick: bool,
    record: Any = None,
    likely: Sequence[Likeness] = (),
    status: int = 200,
) -> HttpResponse:
    """The form, in the modal when quick, as a page otherwise."""
    from guanxi.surfaces.pages import ahead  # whose lines are drawn by the controls of forms

    actor = actor_of(request)
    context: dict[str, Any] = {
        "entity": entity,
        "record": record,
        "errors": errors,
        "others": {k: m for k, m in errors.items() if "." not in k and (k not in entity.fields or (quick and k not in entity.quick))},
        "hits": likely,
        "waits": bool(actor.reviewed.get((entity.key, "create" if record is None else "edit"))),
        "reason": request.POST.get("_reason", ""),
        "action": request.get_full_path(),
    }
    if quick:
        writable = entity.writable(actor)
        asked = asked_quickly(entity, writable, {*errors, *(k for k in (*request.POST, *request.FILES) if k not in request.GET)})
        carried = [k for k in writable if k in request.GET and k not in asked]
        fields = [control(entity, writable[k], values, errors, reader_of(request)) for k in asked if k in writable]
        context["pictured"] = any(writable[k].kind.name == "image" for k in asked if k in writable)
        context["quick_fields"] = first_in_hand(entity, fields, errors, new=True)
        context["carried"] = [(k, request.GET[k]) for k in carried]
        context["full"] = f"/{entity.slug}/new/"
        return fragment(request, "pages/quick.html", context, status=status)
    form = entity.form_of(record) if record is not None else entry_of(entity, request)
    context["entries"] = entity.entries(actor) if record is None else ()
    context["sheets"] = ahead.sheets(request, entity, errors) if record is None else []
    context["form"] = form
    context["carried"] = [(k, c) for k, c in form.sets.items() if k in form.without and k not in errors] if form and record is None else []
    context["carried"] += sent.carried(entity, sent.begun(request, entity, record.id if record is not None else None), actor)
    context["groups"] = groups(entity, actor, values, errors, form, record=record)
    first_in_hand(entity, [c for group in context["groups"] for c in group["fields"]], errors, new=record is None)
    title = title_of(entity, record, actor) if record is not None else _("New %(entity)s") % {"entity": entity.label}
    return page(request, "pages/form.html", context, title=title, status=status)


def asked_quickly(entity: Entity, writable: Mapping[str, Field], besides: Collection[str]) -> list[str]:
    """What quick create asks: what is declared, what the company demands of every record, and what was typed or refused already."""
    demanded = [k for k, f in writable.items() if f.required and isinstance(f.column, Keyed) and not f.shown_when]
    return list(dict.fromkeys([*entity.quick, *demanded, *(k for k in writable if k in besides)]))


@signed_in
def edit(request: HttpRequest, slug: str, record_id: int) -> HttpResponse:
    """The full form of an existing record; a stale edit of the same field shows the conflict."""
    entity = entity_or_404(request, slug)
    actor = actor_of(request)
    record_or_404(request, entity, record_id)
    row = entity.rows(actor, "edit").filter(id=record_id).first()
    if row is None:
        return refused(request, str(write.Forbidden()))
    from_draft = sent.begun(request, entity, row.id)
    current = {k: f.value(row) for k, f in entity.fields.items()} | sent.filled(entity, from_draft, actor)
    if request.method != "POST":
        return draw(request, entity, current, {}, quick=False, record=row)
    values, uploads = posted(request, entity.writable(actor)), pictured.chosen(request, entity.writable(actor))
    base = base_of(request)
    try:
        done = sent.saving(request, lambda: pictured.update(entity, row.id, values, uploads, actor=actor, door="form", base=base))
    except write.Invalidated as refusal:
        shown = {**current, **parsed_for_show(entity.fields, values, reader_of(request), refusal.errors)}
        likely = likeness.again(entity, values, actor, besides=row.id)
        return draw(request, entity, shown, refusal.errors, quick=False, record=row, likely=likely, status=422)
    except write.Conflict as clash:
        return conflict(request, entity, row, values, clash)
    except write.Outdated as refusal:
        shown = {**current, **parsed_for_show(entity.fields, values, reader_of(request), {})}
        return draw(request, entity, shown, {"": str(refusal)}, quick=False, record=row, status=409)
    except write.Forbidden as refusal:
        return refused(request, str(refusal))
    if isinstance(done, Draft):
        return go(request, f"/{entity.slug}/{record_id}/", sent.words(done))
    return go(request, f"/{entity.slug}/{record_id}/", _("Saved"), undo=f"/_undo/{record_id}/{done.version}/")


def base_of(request: HttpRequest) -> int | None:
    """The version that the form was filled from."""
    return whole(request.POST.get("version"))


def conflict(request: HttpRequest, entity: Entity, row: Any, values: dict[str, Any], clash: write.Conflict) -> HttpResponse:
    """Current, mine, original for each field that clashed; choosing posts again at the new version."""
    reader = reader_of(request)
    lines = []
    for c in clash.clashes:
        field = entity.fields[c.key]
        read, now, sent = c.currencies or ("", "", "")
        old = write.value_as_read(field, c.old)
        lines.append(
            {
                "key": c.key,
                "label": field.label,
                "theirs": show_amount(c.theirs, now) if now and c.theirs is not None else field.kind.text(c.theirs, reader),
                "mine": show_amount(c.mine, sent) if sent and c.mine is not None else field.kind.text(c.mine, reader),
                "old": show_amount(old, read) if read and old is not None else field.kind.text(old, reader),
                "theirs_raw": f"{field.kind.typed(c.theirs, reader)} {now}".strip() if c.theirs is not None else "",
                "mine_raw": f"{field.kind.typed(c.mine, reader)} {sent}".strip() if c.mine is not None else "",
            }
        )
    asked = {key for c in clash.clashes for key in (c.key, f"{c.key}_currency")}
    rest = [(k, v) for k, raw in values.items() if k not in asked for v in (raw if isinstance(raw, list) else [raw])]
    context = {
        "entity": entity,
        "record": row,
        "lines": lines,
        "rest": rest,
        "version": clash.version,
        "action": f"/{entity.slug}/{row.id}/edit/",
    }
    return page(request, "pages/conflict.html", context, title=_("Changed meanwhile"), status=409)


def refused(request: HttpRequest, message: str) -> HttpResponse:
    """403 with the reason, as a toast for htmx and as a page otherwise."""
    if request.headers.get("HX-Request"):
        return toast(HttpResponse(status=403), message, level="error")
    return page(request, "pages/refused.html", {"message": message, "back": "/"}, title=_("Not allowed"), status=403)


urls = [
    path("<slug:slug>/new/", new),
    path("<slug:slug>/<int:record_id>/edit/", edit),
]

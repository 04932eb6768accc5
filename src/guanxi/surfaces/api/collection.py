"""`/api/v1/<slug>`: read a page of records, create one; and what resembles a value."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from guanxi.kernel import drafts, duplicates, idempotency, search, write
from guanxi.kernel.access import AnyOf
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import tree
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.kernel.query import default_sort, sort_of
from guanxi.kernel.statement import Slot
from guanxi.kernel.window import Window
from guanxi.surfaces.api import body, expanding, review
from guanxi.surfaces.api.door import entity_of
from guanxi.surfaces.api.problems import PLAIN, Problem
from guanxi.surfaces.api.values import Shape

DEFAULT_LIMIT, MOST = 50, 1_000
#: A longer page is sent while it is written: the first record is on its way before the last is put into words.
WHOLE = 200
#: Best hits of a search that a list narrows and pages.
HITS = 500
PARAMETERS = ("where", "sort", "cursor", "limit", "fields", "expand", "count", "q")


def read(request: HttpRequest, actor: Actor, slug: str) -> HttpResponseBase:
    """One page: `results`, in `next` the address of the following one or null, and if asked for in `count` how many all pages hold."""
    asked, window = counted(request), narrowed(request, actor, slug)
    documents, cursor, held = page_of(request, window)
    rest: dict[str, Any] = {"next": following(request, cursor=cursor) if cursor else None}
    if asked:
        rest["count"] = total(window)
    if held > WHOLE:
        return StreamingHttpResponse(_pieces(documents, rest), content_type="application/json")
    return answer({"results": list(documents), **rest})


def page_of(request: HttpRequest, window: Window) -> tuple[Iterator[dict[str, Any]], str, int]:
    """The records of a page of a window, the cursor of the following one or "", and how many the page holds."""
    entity, actor = window.entity, window.actor
    keys = chosen(request, entity, actor)
    expand = expanding.wanted(request, entity, actor, keys)
    shape = Shape(entity, actor, keys)
    sort = sort_of(entity, actor, request.GET.get("sort") or default_sort(entity, actor))
    page = window.page(sort, shape.wanted, cursor=request.GET.get("cursor", ""), size=limit(request))
    documents = shape.each(page.rows)
    return expanding.along(documents, expand, actor) if expand else documents, page.next, len(page.rows)


def counted(request: HttpRequest) -> bool:
    """Whether the number of all is asked for. Raises Problem 400."""
    asked = request.GET.get("count", "false")
    if asked not in ("true", "false"):
        raise Problem(400, _("Give %(yes)s or %(no)s for “%(name)s”.") % {"yes": "true", "no": "false", "name": "count"})
    return asked == "true"


def total(window: Window) -> int:
    """How many records a window holds, exactly."""
    if window.narrow is None:
        return window.rows().order_by().count()
    return replace(window, narrow=None).rows().filter(id__in=window.values["hits"]).order_by().count()


def _pieces(documents: Iterator[dict[str, Any]], rest: dict[str, Any]) -> Iterator[str]:
    """The text of a page, a hundred records at a time."""
    write_out = DjangoJSONEncoder(ensure_ascii=False).encode
    begun = '{"results": ['
    while some := list(islice(documents, 100)):
        yield begun + ", ".join(map(write_out, some))
        begun = ", "
    yield f"], {write_out(rest)[1:]}"


def narrowed(request: HttpRequest, actor: Actor, slug: str) -> Window:
    """The actor's records that match `where` and `q`. Raises ConditionError, Problem 400."""
    entity = entity_of(actor, slug)
    parameters(request, PARAMETERS)
    where = request.GET.get("where", "")
    window = Window(entity, actor, conditions=(tree.read(where),) if where else ())
    text = request.GET.get("q", "").strip()[:100]
    if not text:
        return window
    if not entity.search:
        raise Problem(400, _("“%(entity)s” cannot be searched.") % {"entity": entity.label_plural})
    hits = [hit.record for hit in search.find(text.replace("\x00", ""), actor, entities=[entity], limit=HITS)]
    return replace(window, code="hits", narrow=lambda rows: rows.filter(AnyOf(F("id"), Slot("hits"))), values={"hits": hits})


def parameters(request: HttpRequest, known: tuple[str, ...]) -> None:
    """Refuse a misspelt parameter: ignored, it would answer another question."""
    strange = sorted(set(request.GET) - set(known))
    if strange:
        raise Problem(400, _("There is no parameter “%(name)s”.") % {"name": strange[0]}, parameters=list(known))


def chosen(request: HttpRequest, entity: Entity, actor: Actor) -> list[str] | None:
    """The fields asked for; None means all. An unknown and a hidden one are refused alike."""
    asked = [key for key in request.GET.get("fields", "").split(",") if key]
    visible = entity.visible(actor)
    for key in asked:
        if key not in visible:
            raise ConditionError(_("There is no field “%(name)s”.") % {"name": key})
    return asked or None


def limit(request: HttpRequest) -> int:
    """How many a page holds."""
    asked = request.GET.get("limit", str(DEFAULT_LIMIT))
    if not (asked.isascii() and asked.isdigit() and len(asked) < 5 and 1 <= int(asked) <= MOST):
        raise Problem(400, _("Give a limit from 1 to %(most)d.") % {"most": MOST})
    return int(asked)


def following(request: HttpRequest, **changes: str) -> str:
    """The absolute address of this request with some parameters changed."""
    query = request.GET.copy()
    for key, value in changes.items():
        query[key] = value
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def create(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Create a record; the same `Idempotency-Key` creates it once and gives the first answer again."""
    entity = entity_of(actor, slug)
    if not actor.may(entity.key, "create"):
        raise write.Forbidden(_("You may not create “%(entity)s”.") % {"entity": entity.label})
    values = body.values(entity, body.document(request))
    record_id, again = once(request, actor, lambda: drafts.mark(write.create(entity, values, actor=actor, door="api")))
    if record_id < 0:
        return review.accepted(request, actor, -record_id, again=again)
    document = Shape(entity, actor).one(record_id) or {"id": record_id}
    response = answer(document, status=201)
    response["Location"] = request.build_absolute_uri(f"/api/v1/{entity.slug}/{record_id}")
    if again:
        response["Idempotency-Replayed"] = "true"
    return response


def once(request: HttpRequest, actor: Actor, do: Callable[[], int]) -> tuple[int, bool]:
    """Do it once per `Idempotency-Key` and address; the record's id, and whether it had been done before.

    Raises Problem 422 when the key comes with another body: it would get the answer to another question.
    """
    key = request.headers.get("Idempotency-Key", "")
    name = hashlib.sha256(f"{request.path.rstrip('/')}\n{key}".encode()).hexdigest() if key else ""
    ran: list[int] = []

    def noted() -> int:
        ran.append(do())
        return ran[0]

    asked = hashlib.sha256(f"{request.method} {request.path.rstrip('/')}\n".encode() + request.body).hexdigest()
    try:
        record_id = idempotency.once(name, actor, noted, asked=asked)
    except idempotency.Reused:
        raise Problem(422, _("This Idempotency-Key was sent before with another request. Take a new one.")) from None
    return record_id, not ran


def similar(request: HttpRequest, actor: Actor, slug: str) -> HttpResponse:
    """Likely duplicates of a value: at most five, veiled for those who may not see them."""
    entity = entity_of(actor, slug)
    parameters(request, ("field", "value"))
    key, value = request.GET.get("field", entity.title), request.GET.get("value", "").replace("\x00", "").strip()
    if entity.visible(actor).get(key) is None:
        raise ConditionError(_("There is no field “%(name)s”.") % {"name": key})
    if not duplicates.may_compare(entity, key, actor):
        raise Problem(403, _("Only who may write here and read this field may ask for duplicates by it."))
    if not value or len(value) > 200:
        raise Problem(400, _("Give a value of 1 to 200 characters to compare with."))
    if not duplicates.may_ask(actor):
        raise Problem(429, _("You are asking too often. Wait a minute."), headers={"Retry-After": "60"})
    hits = duplicates.find(entity, {key: value}, actor)
    return answer(
        {
            "results": [
                {
                    "entity": hit.entity.slug,
                    "id": hit.record if hit.visible else None,
                    "title": hit.title,
                    "owner": hit.owner,
                    "why": hit.why,
                    "score": round(hit.score, 3),
                    "visible": hit.visible,
                }
                for hit in hits
            ]
        }
    )


def answer(document: Any, *, status: int = 200) -> JsonResponse:
    """JSON in which Chinese stays readable."""
    return JsonResponse(document, status=status, json_dumps_params=PLAIN)

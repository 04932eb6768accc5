"""How somebody looks at a view, kept for him alone: which columns of a board he hides, what the foot of a list says of each column."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.surfaces.models import Layout
from guanxi.surfaces.pages import views
from guanxi.surfaces.pages.frame import actor_of, entity_or_404, go, signed_in

#: What a board may hide.
WORDS = ("closed", "empty")
#: Views of one entity whose looks are kept; beyond it the oldest are forgotten.
MOST = 60


def hidden(text: str) -> frozenset[str]:
    """The words of `?hide=closed,empty` that mean something."""
    return frozenset(text.split(",")) & frozenset(WORDS)


def keep(entity: Entity, actor: Actor, view: str, **changes: Any) -> None:
    """Change the look of one view of this person."""
    mine, _made = Layout.objects.get_or_create(entity=views.place_of(entity), owner_id=actor.id)
    look = {**mine.looks.pop(view, {}), **changes}
    mine.looks[view] = {k: v for k, v in look.items() if v}
    mine.looks = dict(list(mine.looks.items())[-MOST:])
    mine.save(update_fields=["looks"])


@signed_in
@require_POST
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep what the board of a view hides, and show it so."""
    from guanxi.surfaces.pages import listing

    entity, actor = entity_or_404(request, slug), actor_of(request)
    tab = listing.tab_of(request, entity)
    keep(entity, actor, tab.code, hide=",".join(sorted(hidden(request.POST.get("hide", "")))))
    kept = request.GET.copy()
    for word in ("hide", "open", "at"):
        kept.pop(word, None)
    return go(request, f"/{slug}/?{kept.urlencode()}")


urls = [path("<slug:slug>/_look/", change)]

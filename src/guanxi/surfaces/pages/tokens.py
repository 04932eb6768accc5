"""Tokens for one's own programs, in one's own settings: made, shown once, ended."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.org import scopes, tokens
from guanxi.org.models import Token
from guanxi.surfaces.pages.frame import actor_of, go, page, signed_in
from guanxi.surfaces.pages.settings import person

PLACE = "/settings/tokens/"
REACHES = {scopes.READ: gettext_lazy("Only read"), "": gettext_lazy("All that I may do")}


@signed_in
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """One's tokens, and one more by POST."""
    errors: dict[str, str] = {}
    name, fresh = request.POST.get("name", "").replace("\x00", ""), ""
    if request.method == "POST":
        days = request.POST.get("days", "")
        try:
            until = (whole(days) or 0) if days else None
            fresh = tokens.make(person(request), name, request.POST.get("scope", ""), until, actor=actor_of(request))
        except Invalidated as refusal:
            errors = refusal.errors
    lines = [_line(row) for row in tokens.of(person(request))]
    context = {"lines": lines, "fresh": fresh, "errors": errors, "name": "" if fresh else name, "reaches": REACHES, "days": tokens.DAYS}
    return page(request, "pages/tokens.html", context, title=_("API tokens"), status=422 if errors else 200)


def _line(row: Token) -> dict[str, Any]:
    day = lambda moment: timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""
    told = {"id": row.pk, "name": row.name or _("Without a name"), "hint": row.hint, "reads": scopes.READ in row.scopes}
    return {**told, "made": day(row.created_at), "used": day(row.used_at), "until": day(row.expires_at)}


@signed_in
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """End one of one's own."""
    if not tokens.revoke(person(request), token_id, actor=actor_of(request)):
        raise Http404
    return go(request, PLACE, _("The token is void"))


urls = [path("settings/tokens/", show), path("settings/tokens/<int:token_id>/", revoke)]

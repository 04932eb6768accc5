"""The buttons of the login page that lead to a sign-on service, the way back, and links between it and one's account."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from guanxi.kernel.write import Invalidated
from guanxi.org import arrivals, identities, passwords, single
from guanxi.org.models import Identity, Provider, User
from guanxi.surfaces.pages.frame import actor_of, go, page, signed_in
from guanxi.surfaces.pages.session import answered, draw, wanted
from guanxi.surfaces.pages.settings import person

PLACE = "/settings/identities/"


@never_cache
@require_GET
def leave_for(request: HttpRequest, provider_id: int) -> HttpResponse:
    """To the provider. A link and no form: the policy of our pages lets forms go nowhere else."""
    try:
        return HttpResponseRedirect(single.begin(request, _provider(provider_id), to=wanted(request)))
    except single.Failed as failure:
        return draw(request, error=str(failure), status=502)


@never_cache
@require_GET
def come_back(request: HttpRequest, provider_id: int) -> HttpResponse:
    """From the provider: into the account that its claims are of, or linked to the one that is signed in."""
    provider = _provider(provider_id)
    try:
        claims, kept = single.finish(request, provider)
        if kept["link"] is not None:
            return _linked(request, provider, claims, kept["link"])
        user = identities.meant(provider, claims)
    except single.Failed as failure:
        return draw(request, error=str(failure), status=422)
    except Invalidated as refusal:
        arrivals.note(request, arrivals.SINGLE_WRONG, login=provider.name)
        return draw(request, error=str(refusal), status=422)
    if user is None:
        arrivals.note(request, arrivals.SINGLE_WRONG, login=provider.name)
        said = _("No account belongs to this identity. Log in with your password and link it in your settings, or ask an administrator.")
        return draw(request, error=said, status=422)
    return answered(request, user, to=kept["to"])


def _linked(request: HttpRequest, provider: Provider, claims: single.Claims, user_id: int) -> HttpResponse:
    user = request.user if isinstance(request.user, User) else None
    if user is None or user.pk != user_id:
        raise single.Failed(_("This sign-in was begun elsewhere or took too long. Try again."))
    identities.link(provider, claims, user, actor=_actor(user))
    arrivals.note(request, arrivals.LINKED, user=user)
    return go(request, PLACE, _("From now on %(name)s lets you in.") % {"name": provider.name})


def _actor(user: User) -> Any:
    from guanxi.org import actors

    return actors.resolve(user)


def _provider(provider_id: int) -> Provider:
    return get_object_or_404(Provider, pk=provider_id, active=True)


@signed_in
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Which services let one in."""
    return _drawn(request)


def _drawn(request: HttpRequest, error: str = "", *, ready: tuple[Provider, str] | None = None) -> HttpResponse:
    user = person(request)
    linked = set(Identity.objects.filter(user=user).values_list("provider_id", flat=True))
    context = {
        "lines": [{"provider": provider, "linked": provider.pk in linked} for provider in single.active()],
        "asks_password": user.has_usable_password(),
        "error": error,
        "ready": ready,
    }
    return page(request, "pages/identities.html", context, title=_("Single sign-on"), status=422 if error else 200)


@signed_in
@require_POST
@never_cache
def link(request: HttpRequest, provider_id: int) -> HttpResponse:
    """After the password: the link to the provider, which a form may not follow itself."""
    user, provider = person(request), _provider(provider_id)
    if objection := passwords.objection(user, request.POST.get("password", "")):
        return _drawn(request, objection)
    try:
        return _drawn(request, ready=(provider, single.begin(request, provider, link=user.pk)))
    except single.Failed as failure:
        return _drawn(request, str(failure))


@signed_in
@require_POST
def unlink(request: HttpRequest, provider_id: int) -> HttpResponse:
    """The service lets nobody into this account any more."""
    user = person(request)
    if not Identity.objects.filter(user=user, provider=provider_id).exists():
        raise Http404
    if objection := passwords.objection(user, request.POST.get("password", "")):
        return _drawn(request, objection)
    try:
        identities.unlink(provider_id, user, actor=actor_of(request))
    except Invalidated as refusal:
        return _drawn(request, str(refusal))
    arrivals.note(request, arrivals.UNLINKED, user=user)
    return go(request, PLACE, _("The link is removed."))


urls = [
    path("login/with/<int:provider_id>/", leave_for),
    path("login/with/<int:provider_id>/back/", come_back),
    path("settings/identities/", show),
    path("settings/identities/<int:provider_id>/", link),
    path("settings/identities/<int:provider_id>/remove/", unlink),
]

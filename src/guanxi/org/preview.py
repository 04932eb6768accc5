"""The product through a colleague's eyes, only to look: for who sees everything the colleague sees anyway, and logged.

Nobody learns by it what is closed to him: whoever looks must himself see all of every entity that the colleague sees anything of,
and every field at least as openly. Administrators see no business data, so they see nobody's; they have `Why can't somebody see
this?` instead.
"""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor, Right
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated
from guanxi.org import actors
from guanxi.org.models import User

#: What the session holds while somebody looks: the id of the colleague.
KEY = "preview"
LEAVE = "/preview/leave/"
#: Of whatever number stands behind it: a print, a text that is filled.
_TAKEN = ("/_print/", "/_texts/")
#: Besides looking, only these are answered; what would be logged as the colleague's own asking, or take anything away, is not.
_ALLOWED, _CLOSED = (
    (LEAVE, "/logout/", "/settings/language/", "/settings/theme/"),
    ("/_similar/", "/_dossier/", "/result/", "/export/", "/sample/"),
)
_OPENNESS: dict[Right, int] = {"hidden": 0, "masked": 1, "readonly": 2, "edit": 2}


def possible(viewer: Actor) -> bool:
    """Whether this person may see the product as anybody else."""
    return all("all" in viewer.arms(entity.key, "view") for entity in registry.in_menu())


def covers(viewer: Actor, other: Actor) -> bool:
    """Whether a person sees everything already that the other sees."""
    if viewer.id == other.id or (other.administers and not viewer.administers):
        return False
    if not viewer.administers and (other.keeps - viewer.keeps or (other.shapes and not viewer.shapes)):
        return False
    for entity in registry:
        if not other.may(entity.key, "view"):
            continue
        if "all" not in viewer.arms(entity.key, "view") or (entity.pooled and "all" not in viewer.arms(entity.key, "transfer")):
            return False
        if any(_OPENNESS[viewer.right(entity.key, key)] < _OPENNESS[other.right(entity.key, key)] for key in entity.fields):
            return False
    return True


def start(request: HttpRequest, user: User, viewer: Actor) -> None:
    """See as this colleague from the next request on. Raises Invalidated when he sees what the viewer does not."""
    if not user.is_active or not covers(viewer, actors.resolve(user)):
        raise Invalidated({"user": _("This colleague sees something that is closed to you, so you cannot look through his eyes.")})
    request.session[KEY] = user.pk
    _log(viewer.id, user, "preview")


def leave(request: HttpRequest, viewer: int) -> None:
    """See as oneself again."""
    user = User.objects.filter(pk=request.session.pop(KEY, None)).first()
    if user is not None:
        _log(viewer, user, "preview_end")


def through(request: HttpRequest, viewer: Actor) -> Actor | None:
    """Whose eyes the request looks through; None for one's own. Rights that have changed since end it."""
    other = request.session.get(KEY)
    user = User.objects.filter(pk=other, is_active=True).first() if other else None
    if user is None:
        return None
    actor = actors.resolve(user)
    if covers(viewer, actor):
        return (
            replace(actor, guarded=False) if actor.guarded else actor
        )  # what a colleague still owes to be let in is not asked of who looks
    request.session.pop(KEY)
    return None


def refuses(request: HttpRequest) -> bool:
    """Whether a request asks for more than a look."""
    looks = (
        request.method in ("GET", "HEAD", "OPTIONS")
        and not request.path.endswith(_CLOSED)
        and not any(part in request.path for part in _TAKEN)
    )
    return not looks and request.path not in _ALLOWED


def _log(viewer: int | None, other: User, verb: str) -> None:
    AccessLog.objects.create(at=clock.now(), actor=viewer, verb=verb, entity="org.user", record=other.pk, data={"login": other.login})

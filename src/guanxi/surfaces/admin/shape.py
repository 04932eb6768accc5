"""The shape of the company as a file: taken away, compared with another, and taken over after a look at what that would change."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from guanxi.kernel import clock
from guanxi.kernel.models import AccessLog
from guanxi.kernel.write import Invalidated, Refused
from guanxi.surfaces.admin.places import CONTENTS, PLACES, Place, administering
from guanxi.surfaces.admin.verbs import told
from guanxi.surfaces.pages.frame import actor_of, go, page
from guanxi.surfaces.shape import state, taking
from guanxi.surfaces.shape.state import Difference

PLACES.append(
    Place(
        "/admin/shape/",
        "file-export",
        gettext_lazy("Shape as a file"),
        gettext_lazy("Lists, fields, roles, views and numbers as one file: to keep, to compare, and to take over elsewhere."),
        CONTENTS,
        "配置 导出 导入 迁移 备份 对比 configuration export import diff settings",
        lambda actor: actor.administers,
    )
)
#: How long a preview may be carried out, in seconds, and its text may be in characters.
GOOD_FOR, LONGEST = 3600, 2_000_000
SALT = "guanxi.shape"
#: Characters of a value that the preview tells.
SHOWN = 300


@administering
def show(request: HttpRequest) -> HttpResponse:
    """GET asks for a file; POST shows what it would change, and does what was shown."""
    if request.method != "POST":
        return _drawn(request)
    try:
        text = _sent(request)
        promised = request.POST.get("promised") if request.POST.get("do") else None
        found, refused, done = taking.run(state.read(text.encode()), actor=actor_of(request), promised=promised)
    except Refused as refusal:
        return _drawn(request, {"error": told(refusal)}, status=422)
    if done:
        return go(request, "/admin/shape/", _("Taken over: %(n)d differences.") % {"n": len(found)})
    kept = signing.dumps(text, salt=_salt(request), compress=True)
    if len(kept) > LONGEST:
        return _drawn(request, {"error": _("There is too much text in this file. Import it in several parts.")}, status=422)
    count = {verb: sum(d.verb == verb for d in found) for verb in ("add", "change", "absent", "left")}
    context = {"lines": [_line(d) for d in found], "refused": refused, "kept": kept, "promised": taking.fingerprint(found), "count": count}
    context["error"] = _("Meanwhile something has changed. Look again at what will happen.") if promised and not refused else ""
    return _drawn(request, context, status=422 if refused or promised else 200)


@administering
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The file; that it was taken away is kept."""
    AccessLog.objects.create(at=clock.now(), actor=actor_of(request).id, verb="export", entity="org.shape", data={})
    response = HttpResponse(state.text(), content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="guanxi-shape-{clock.today():%Y%m%d}.toml"'
    return response


def _sent(request: HttpRequest) -> str:
    """The text of the file, or that of the preview that is answered. Raises Invalidated."""
    if (upload := request.FILES.get("file")) is not None:
        if (upload.size or 0) > state.LARGEST:
            raise Invalidated({"file": _("This is no file of a shape. Export one and change that.")})
        return upload.read().decode("utf-8-sig", errors="replace")
    try:
        return str(signing.loads(request.POST.get("kept", ""), salt=_salt(request), max_age=GOOD_FOR))
    except signing.BadSignature:
        raise Invalidated({"file": _("Choose a file first.")}) from None


def _salt(request: HttpRequest) -> str:
    return f"{SALT}.{actor_of(request).id}"


def _line(one: Difference) -> dict[str, Any]:
    section, *rest = one.place
    changes = [(key, Truncator(old).chars(SHOWN), Truncator(new).chars(SHOWN)) for key, old, new in one.changes]
    names = [part for part in rest if part not in state.rows_of()]
    return {"verb": one.verb, "section": state.label_of(section), "name": " · ".join(names), "changes": changes}


def _drawn(request: HttpRequest, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    return page(
        request,
        "admin/shape.html",
        {"lines": None, "refused": [], "error": "", **(context or {})},
        title=_("Shape as a file"),
        status=status,
    )


urls = [path("admin/shape/", show), path("admin/shape/export/", export)]

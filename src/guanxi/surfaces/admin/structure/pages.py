"""Export and import of departments, teams and positions: a file, what it would do row by row, and then it is done as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from guanxi.kernel import clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.fields.base import Label
from guanxi.kernel.models import AccessLog
from guanxi.org import reach
from guanxi.surfaces.admin.places import opened_to
from guanxi.surfaces.admin.structure import departments, plan, positions, teams
from guanxi.surfaces.admin.structure.plan import Line
from guanxi.surfaces.admin.structure.tables import Column, Row, read
from guanxi.surfaces.exchange.refusal import Refused
from guanxi.surfaces.exchange.sheet import workbook
from guanxi.surfaces.pages.frame import View, actor_of, go, page

#: How long a preview may be carried out, in seconds, and its rows may be in characters.
GOOD_FOR, LONGEST = 3600, 2_000_000
SALT = "guanxi.structure"


@dataclass(frozen=True)
class Kind:
    """One table of the organisation."""

    code: str
    label: Label
    columns: Sequence[Column]
    needed: str
    export: Callable[[Actor], Iterator[list[str]]]
    carry: plan.Carry
    open_to: Callable[[Actor], bool]

    @property
    def heading(self) -> Label:
        """What the name of a row is called."""
        return next(column.label for column in self.columns if column.key == self.needed)

    @property
    def url(self) -> str:
        return f"/admin/{self.code}/"


KINDS = (
    Kind("departments", gettext_lazy("Departments"), departments.COLUMNS, departments.NEEDED, departments.export, departments.carry,
         reach.somewhere),
    Kind("teams", gettext_lazy("Teams"), teams.COLUMNS, teams.NEEDED, teams.export, teams.carry, reach.shapes_company),
    Kind("positions", gettext_lazy("Positions"), positions.COLUMNS, positions.NEEDED, positions.export, positions.carry, reach.everywhere),
)  # fmt: skip


def exporting(kind: Kind) -> View:
    """The view: the table as a workbook; that it was taken away is kept."""

    @opened_to(kind.open_to)
    @require_GET
    def export(request: HttpRequest) -> HttpResponse:
        rows = list(kind.export(actor_of(request)))
        entity = f"org.{kind.code.removesuffix('s')}"
        AccessLog.objects.create(at=clock.now(), actor=actor_of(request).id, verb="export", entity=entity, data={"count": len(rows)})
        return workbook(str(kind.label), [str(column.label) for column in kind.columns], rows)

    return export


def importing(kind: Kind) -> View:
    """The view: asks for a file, shows what it would do, and does what was shown."""

    @opened_to(kind.open_to)
    def import_(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return _drawn(request, kind)
        lenient = bool(request.POST.get("lenient"))
        try:
            rows, promised = _sent(request, kind), request.POST.get("promised") if request.POST.get("do") else None
            lines, done = plan.run(kind.carry, rows, actor=actor_of(request), lenient=lenient, promised=promised)
            if done:
                return go(request, kind.url, _done(lines))
            return _shown(request, kind, rows, lines, lenient=lenient, stale=promised is not None)
        except Refused as refusal:
            return _drawn(request, kind, refusal.reason)

    return import_


def _sent(request: HttpRequest, kind: Kind) -> list[Row]:
    """The rows of the file, or those of the preview that is answered. Raises Refused."""
    if (upload := request.FILES.get("file")) is not None:
        return read(upload, kind.columns, needed=kind.needed)
    if kept := request.POST.get("rows"):
        try:
            said = signing.loads(kept, salt=_salt(request, kind), max_age=GOOD_FOR)
        except signing.BadSignature:
            raise Refused(_("This preview is too old. Choose the file again.")) from None
        return [Row(number, cells) for number, cells in said]
    raise Refused(_("Choose a file first."))


def _salt(request: HttpRequest, kind: Kind) -> str:
    return f"{SALT}.{kind.code}.{actor_of(request).id}"


def _shown(request: HttpRequest, kind: Kind, rows: Sequence[Row], lines: list[Line], *, lenient: bool, stale: bool) -> HttpResponse:
    kept = signing.dumps([[row.number, dict(row.cells)] for row in rows], salt=_salt(request, kind), compress=True)
    if len(kept) > LONGEST:
        raise Refused(_("There is too much text in this file. Import it in several parts."))
    count = {verb: sum(line.verb == verb for line in lines) for verb in ("create", "change", "same", "refused")}
    context = {
        "lines": [line for line in lines if line.verb == "refused"] + [line for line in lines if line.verb != "refused"],
        "count": count,
        "kept": kept,
        "promised": plan.fingerprint(lines),
        "lenient": lenient,
        "message": _("Meanwhile something has changed. Look again at what will happen.") if stale else "",
    }
    return _drawn(request, kind, extra=context, status=422 if stale or count["refused"] else 200)


def _drawn(request: HttpRequest, kind: Kind, message: str = "", *, extra: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    context = {"kind": kind, "message": message, "lines": None, "people": kind.code in ("departments", "teams"), **(extra or {})}
    title = _("Import %(what)s") % {"what": kind.label}
    return page(request, "admin/structure_import.html", context, title=title, status=422 if message else status)


def _done(lines: Sequence[Line]) -> str:
    created, changed = (sum(line.verb == verb for line in lines) for verb in ("create", "change"))
    return _("Imported: %(created)d new, %(changed)d changed.") % {"created": created, "changed": changed}


urls = [
    *(path(f"admin/{kind.code}/export/", exporting(kind)) for kind in KINDS),
    *(path(f"admin/{kind.code}/import/", importing(kind)) for kind in KINDS),
]

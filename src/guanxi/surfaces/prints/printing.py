"""Printing: a template, records, and whoever prints them. What leaves is on record as an export is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.http import HttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import attachments, clock, jobs, pooled
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import AccessLog, Job
from guanxi.kernel.registry import registry
from guanxi.kernel.write import NotFound
from guanxi.surfaces.prints import keeping, press, word
from guanxi.surfaces.prints.filling import Filling
from guanxi.surfaces.prints.models import PrintTemplate, PrintVersion
from guanxi.surfaces.prints.press import Unprinted

KIND = "print"
#: So many records are printed in the answer; more become a job, of at most so many.
AT_ONCE, MOST = 30, 2_000
SLICE = 200
#: Ids that the record of a print names.
NAMED = 200


def answer(
    row: PrintTemplate, entity: Entity, ids: Sequence[int], actor: Actor, *, many: bool = False, sample: bool = False
) -> HttpResponse:
    """The print as a file: a PDF for a window of its own, a Word file to keep. Raises Unprinted and NotFound."""
    version = keeping.current(row)
    with speaking(row.language):
        if row.sort == "word":
            if not ids:
                raise Unprinted(gettext_lazy("Choose a record: a Word file is filled from one."))
            limits = word.QUICK if sample else word.LIMITS
            body, read = word.filled(entity, version.path, ids[0], actor, meant=version.document.get("names"), limits=limits)
            printed = list(ids)[:1]
        else:
            filling = Filling(entity, version.document, actor, action="export" if many else "view")
            data = filling.data(ids, row.label)
            if not data["sheets"]:
                raise Unprinted(gettext_lazy("There is nothing to print that you may print."))
            body, read, printed = press.pdf(data), _read(filling), filling.printed
    log(row, version, entity, printed, read, actor, sample=sample)
    kind = word.KIND if row.sort == "word" else "application/pdf"
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(row.sort == "word", filename(row, entity, ids)) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def look(entity: Entity, wish: Mapping[str, Any], language: str, record: int, actor: Actor) -> list[bytes]:
    """The first pages of a document that is being made, as pictures. Raises Unprinted."""
    with speaking(language):
        return press.pictures(Filling(entity, wish, actor).data([record] if record else [], ""))


def begin(row: PrintTemplate, entity: Entity, ids: Sequence[int], actor: Actor) -> Job:
    """Start a job for more records than an answer waits for."""
    spec = {"template": row.pk, "version": row.version, "ids": list(ids), "slug": entity.slug, "filename": filename(row, entity, ids)}
    title = _("Print: %(template)s") % {"template": row.label}
    return jobs.start(KIND, title, actor, spec, jobs.BULK, total=len(ids))


@jobs.runner(KIND)
def run(progress: jobs.Progress) -> None:
    """Fill slice by slice, then set all as one; a killed run begins anew."""
    row = PrintTemplate.objects.get(pk=progress.spec["template"])
    version = row.versions.get(number=progress.spec["version"])
    (entity, actor), ids = _where(row, progress), progress.spec["ids"]
    progress.done = 0
    with speaking(row.language):
        filling = Filling(entity, version.document, actor, action="export")
        whole: dict[str, Any] = {}
        for start in range(0, len(ids), SLICE):
            part = filling.data(ids[start : start + SLICE], row.label)
            whole = {**part, "sheets": [*whole.get("sheets", []), *part["sheets"]]}
            progress.advance(len(ids[start : start + SLICE]))
            progress.save()
            if progress.cancelled():
                return
        if not whole.get("sheets"):
            progress.message = _("There is nothing to print that you may print.")
            return
        body = press.pdf(whole, limits=press.LARGE)
    place = progress.folder() / "print.pdf"
    place.write_bytes(body)
    progress.result = f"jobs/{progress.job.pk}/{place.name}"
    with progress.slice():
        log(row, version, entity, filling.printed, _read(filling), progress.actor)


def _where(row: PrintTemplate, progress: jobs.Progress) -> tuple[Entity, Actor]:
    """What is printed and through whose eyes: from a pool as one looks into it. Raises NotFound where that is closed by now."""
    slug = progress.spec.get("slug", registry.get(row.entity).slug)
    entity = registry.by_slug(slug)
    if entity is None or entity.key != row.entity:
        raise NotFound()
    return entity, pooled.through(progress.actor, slug)


def log(
    row: PrintTemplate,
    version: PrintVersion,
    entity: Entity,
    ids: Sequence[int],
    read: Sequence[str],
    actor: Actor,
    *,
    sample: bool = False,
) -> None:
    """Who printed what by which template; a print of samples tells nothing and is not on record."""
    if not ids:
        return
    data = {
        "print": row.pk,
        "version": version.number,
        "template": row.zh,
        "rows": len(ids),
        "columns": list(read),
        "ids": list(ids)[:NAMED],
    }
    data |= {"sample": True} if sample else {}
    record = ids[0] if len(ids) == 1 else None
    AccessLog.objects.create(at=clock.now(), actor=actor.id, verb="export", entity=entity.key, record=record, data=data)


def filename(row: PrintTemplate, entity: Entity, ids: Sequence[int]) -> str:
    """What the file is called."""
    ending = "docx" if row.sort == "word" else "pdf"
    return attachments.clean_name(f"{row.label} {ids[0] if len(ids) == 1 else clock.today().isoformat()}.{ending}")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """In the language of a template, or in that of the reader."""
    with translation.override(language if language in keeping.LANGUAGES[1:] else translation.get_language()):
        yield


def _read(filling: Filling) -> list[str]:
    """The fields and lists that stand in a print."""
    lists = [known["of"] for known in filling.known if "of" in known]
    return sorted({*map(str, filling.paths), *lists})


__all__ = ["AT_ONCE", "MOST", "answer", "begin", "look", "run"]

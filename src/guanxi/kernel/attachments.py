"""Files of records: stored once by their content, named by a person, authorised through the record they belong to.

What a file *is* follows from its content, never from its name or from what the browser claims.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import IO, Any

import puremagic
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guanxi.kernel import clock, one
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Attachment
from guanxi.kernel.registry import registry
from guanxi.kernel.write import after
from guanxi.kernel.write.errors import Forbidden, Invalidated, NotFound
from guanxi.kernel.write.unit import unit

LIMIT = 50 * 1024 * 1024
MOST_AT_ONCE = 20
#: Files of a record that are listed, the newest.
MOST_SHOWN = 200
#: What a browser may draw in place; everything else is only ever downloaded.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
OOXML = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_PLAIN = "application/octet-stream"
#: In place of a record: the picture of one that is still being entered (`loose.py`).
NOWHERE = 0
#: Letters that turn the reading direction round could make `gnp.exe` look like `exe.png`.
_ODD = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff/\\:*?\"<>|]")


def limit() -> int:
    """The largest file in bytes."""
    return int(getattr(settings, "GUANXI_FILE_LIMIT", LIMIT))


def may_add(entity: Entity, record: Any, actor: Actor) -> bool:
    """Who may change the record, or wrote it, may add files to it."""
    return record.created_by_id == actor.id or one.verbs(entity, actor, record.id, ("edit",))["edit"]


def of_record(entity: Entity, record: int, actor: Actor) -> QuerySet[Attachment]:
    """The files of a record that are there, newest first, without those of fields that are closed to the actor."""
    rows = Attachment.objects.filter(entity=entity.key, record=record, deleted_at=None).order_by("-id")
    return rows.exclude(field__in=closed(entity.key, actor)) if actor.rights else rows


def closed(entity: str, actor: Actor) -> list[str]:
    """The fields of an entity whose pictures the actor may not see."""
    return [key for (of, key), right in actor.rights.items() if of == entity and right in ("hidden", "masked")]


def picture(entity: Entity, record: int, field: str, upload: Any, *, actor: Actor, door: str) -> int:
    """Keep what was chosen for a field that shows a picture; its number. Raises like `add`, under the key of the field."""
    check_picture(field, upload)
    row = entity.rows_of([record]).get()
    return int(add(entity, row, [upload], actor=actor, door=door, field=field)[0].pk)


def check_picture(field: str, upload: Any) -> None:
    """Raises Invalidated under the key of a field for what is no picture, or too large."""
    if kind_of(upload) not in PICTURES:
        raise Invalidated({field: _("This is no picture. Choose a JPEG, PNG, WebP or GIF file.")})
    if said := _too_large(upload):
        raise Invalidated({field: said})


def _too_large(upload: Any) -> str:
    """What is said of a file that is larger than files may be."""
    words = {"name": upload.name, "n": limit() // (1024 * 1024)}
    return _("“%(name)s” is larger than %(n)d MB.") % words if upload.size > limit() else ""


def shows(entity: str, record: int, number: int, field: str, actor: Actor) -> bool:
    """Whether a file is a picture of this record, or of one that has become part of it, and of no field that is closed to the actor.

    Of a record that is being entered it is one that the actor chose for this very field.
    """
    row = Attachment.objects.filter(id=number, entity=entity, deleted_at=None, kind__in=PICTURES).first()
    if row is None or row.field in closed(entity, actor):
        return False
    if NOWHERE in (record, row.record):
        return record == row.record and row.created_by == actor.id and row.field == field
    if row.record == record:
        return True
    return registry.get(entity).rows_of([row.record]).filter(merged_into=record).exists()


def add(entity: Entity, record: Any, uploads: Iterable[Any], *, actor: Actor, door: str, field: str = "") -> list[Attachment]:
    """Keep uploaded files with a record. Raises NotFound, Forbidden, or Invalidated under the key `files`."""
    uploads = list(uploads)
    if not uploads or len(uploads) > MOST_AT_ONCE:
        raise Invalidated({"files": _("Choose between one and %(n)d files.") % {"n": MOST_AT_ONCE}})
    for upload in uploads:
        if said := _too_large(upload):
            raise Invalidated({"files": said})
    with unit(actor, door) as u:
        if not entity.rows(actor).filter(id=record.id).exists():
            raise NotFound()
        if not may_add(entity, record, actor):
            raise Forbidden(_("You may not add files to this record."))
        rows = [store(entity, record.id, upload, actor, field) for upload in uploads]
        u.refer(entity.key, [record.id])
        after.announce(u, entity, [record.id], "attached", {"files": [row.pk for row in rows]})
    return rows


def store(entity: Entity, record: int, upload: Any, actor: Actor, field: str = "") -> Attachment:
    """Keep a file of a record, its content once. Whoever calls answers for the right to."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    name = digest.hexdigest()
    path = f"files/{name[:2]}/{name[2:4]}/{name}"
    kind = kind_of(upload)
    if not default_storage.exists(path):
        upload.seek(0)
        path = default_storage.save(path, File(upload))
    return Attachment.objects.create(
        entity=entity.key,
        record=record,
        name=clean_name(upload.name or ""),
        size=upload.size,
        kind=kind,
        digest=name,
        path=path,
        field=field,
        created_by=actor.id,
        created_at=clock.now(),
    )


def clean_name(name: str) -> str:
    """A file name without folders, control characters and tricks; its ending survives shortening."""
    text = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    text = _ODD.sub("", text).strip(". ") or _("File")
    if len(text) <= 200:
        return text
    ending = PurePosixPath(text).suffix[:20]
    return text[: 200 - len(ending)] + ending


def kind_of(upload: IO[bytes]) -> str:
    """The media type that the content shows."""
    upload.seek(0)
    head = upload.read(8192)
    upload.seek(0)
    if not head:
        return "text/plain"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(upload)
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        found = ""
    if found and not found.startswith("text/"):
        return str(found)[:120]
    return "text/plain" if _is_text(head) else _PLAIN


def _zipped(upload: IO[bytes]) -> str:
    """Office documents are archives: the folders inside tell which."""
    try:
        with zipfile.ZipFile(upload) as archive:
            names = archive.namelist()[:2000]
    except (zipfile.BadZipFile, OSError, ValueError):
        return _PLAIN
    finally:
        upload.seek(0)
    if "[Content_Types].xml" in names:
        return next((kind for folder, kind in OOXML.items() if any(n.startswith(folder) for n in names)), "application/zip")
    return "application/zip"


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head[:-4].decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(head) - 8:
                continue
        return True
    return False


def readable(attachment: int, actor: Actor) -> Attachment:
    """A file whose record the actor may view, or that he chose for one that he is entering. Raises NotFound."""
    row = Attachment.objects.filter(id=attachment, deleted_at=None).first()
    if row is None or not (_own(row, actor) or registry.get(row.entity).rows(actor).filter(id=row.record).exists()):
        raise NotFound()
    if row.field and actor.right(row.entity, row.field) in ("hidden", "masked"):
        raise NotFound()
    return row


def _own(row: Attachment, actor: Actor) -> bool:
    return row.record == NOWHERE and row.created_by == actor.id


def beside(row: Attachment, actor: Actor) -> list[int]:
    """The files of the same record that the actor may read, newest first, itself among them."""
    if row.record == NOWHERE:
        return [row.pk]
    return list(of_record(registry.get(row.entity), row.record, actor).values_list("pk", flat=True)[:MOST_SHOWN])


def small(digest: str) -> str:
    """Where a picture of this content lies in small, once somebody has looked at it."""
    return f"thumbs/{digest[:2]}/{digest}.jpg"


def stands(row: Attachment) -> bool:
    """Whether a field of its record shows it."""
    entity = registry.get(row.entity)
    field = entity.fields.get(row.field)
    return field is not None and entity.rows_of([row.record]).filter(custom__contains={row.field: row.pk}).exists()


def remove(attachment: int, *, actor: Actor, door: str) -> Attachment:
    """Take a file away from its record; it is kept and can be brought back."""
    return _switch(attachment, clock.now(), actor, door)


def bring_back(attachment: int, *, actor: Actor, door: str) -> Attachment:
    """Undo `remove`."""
    return _switch(attachment, None, actor, door)


def _switch(attachment: int, deleted_at: Any, actor: Actor, door: str) -> Attachment:
    with unit(actor, door) as u:
        row = Attachment.objects.select_for_update().filter(id=attachment, deleted_at__isnull=deleted_at is not None).first()
        if row is None:
            raise NotFound()
        entity = registry.get(row.entity)
        if not entity.rows(actor).filter(id=row.record).exists():
            raise NotFound()
        if row.created_by != actor.id and not entity.rows(actor, "edit").filter(id=row.record).exists():
            raise Forbidden(_("You may not remove files of this record."))
        if row.field and actor.right(row.entity, row.field) != "edit":
            raise Forbidden(_("You may not remove files of this record."))
        if deleted_at is not None and row.field and stands(row):
            raise Forbidden(_("“%(field)s” shows this picture: take it away there.") % {"field": entity.fields[row.field].label})
        row.deleted_at = deleted_at
        row.save(update_fields=["deleted_at"])
        after.announce(u, entity, [row.record], "detached" if deleted_at else "attached", {"files": [row.pk]})
    return row


__all__ = [
    "MOST_SHOWN",
    "NOWHERE",
    "OOXML",
    "PICTURES",
    "add",
    "beside",
    "bring_back",
    "check_picture",
    "clean_name",
    "kind_of",
    "limit",
    "may_add",
    "of_record",
    "picture",
    "readable",
    "remove",
    "shows",
    "small",
    "stands",
    "store",
]

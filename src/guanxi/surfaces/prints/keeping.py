"""Making, saving, retiring and bringing back templates of prints. Each save is a version that stays; going back is one more."""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from guanxi.kernel import attachments, clock
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Forbidden, Invalidated, NotFound
from guanxi.kernel.write.lists import DOOR, may_shape
from guanxi.kernel.write.unit import unit
from guanxi.surfaces.prints import document, shelf, word
from guanxi.surfaces.prints.models import PrintPicture, PrintTemplate, PrintVersion

LONGEST, MOST = 60, 200
LANGUAGES = ("", "zh-hans", "en")
#: Bytes and pixels of an uploaded picture, and the longest side of what is kept.
LARGEST, PIXELS, SIDE = 5 * 1024 * 1024, 40_000_000, 1_600
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


class Overtaken(Invalidated):
    """Somebody has saved another version since this one was begun."""

    def __init__(self, version: int) -> None:
        self.version = version
        said = _("Somebody has saved version %(number)d meanwhile. Yours is still here: save once more to put it in its place.")
        super().__init__({"": said % {"number": version}})


def create(entity: Entity, zh: str, en: str, language: str, wish: Mapping[str, Any] | None, *, actor: Actor) -> PrintTemplate:
    """A template with its first version; one for Word files, which has none yet, without a document. Raises Forbidden or Invalidated."""
    _shaping(actor)
    if PrintTemplate.objects.filter(entity=entity.key).count() >= MOST:
        raise Invalidated({"zh": _("There are too many templates of this kind.")})
    with unit(actor, DOOR):
        row = PrintTemplate(entity=entity.key, sort="word" if wish is None else "blocks")
        _named(row, zh, en, language)
        row.save()
        if wish is not None:
            _version(row, actor, document=document.checked(entity, wish))
    return row


def save(
    row: PrintTemplate, wish: Mapping[str, Any], zh: str, en: str, language: str, *, actor: Actor, base: int | None = None
) -> PrintTemplate:
    """Another version of a template of blocks, under these names, made from version `base`. Raises Forbidden, Overtaken or Invalidated."""
    _shaping(actor)
    with unit(actor, DOOR):
        row = _locked(row)
        if base is not None and base != row.version:
            raise Overtaken(row.version)
        _named(row, zh, en, language)
        _version(row, actor, document=document.checked(registry.get(row.entity), wish))
    return row


def rename(row: PrintTemplate, zh: str, en: str, language: str, *, actor: Actor) -> PrintTemplate:
    """What it is called and in which language it speaks. Raises Forbidden or Invalidated."""
    _shaping(actor)
    with unit(actor, DOOR):
        row = _locked(row)
        _named(row, zh, en, language)
        row.save()
    return row


def take(row: PrintTemplate, upload: UploadedFile, *, actor: Actor) -> PrintTemplate:
    """Another version of a template by a Word file. Raises Forbidden or Invalidated."""
    _shaping(actor)
    names = word.inspect(registry.get(row.entity), upload)
    path = f"prints/{secrets.token_hex(16)}.docx"
    upload.seek(0)
    with unit(actor, DOOR):
        row = _locked(row)
        path = default_storage.save(path, upload)
        _version(row, actor, document={"names": names}, path=path, name=attachments.clean_name(upload.name or ""))
    return row


def go_back(row: PrintTemplate, number: int, *, actor: Actor) -> PrintTemplate:
    """What stood in an earlier version stands in a new one. Raises Forbidden, Invalidated or NotFound."""
    _shaping(actor)
    with unit(actor, DOOR):
        row = _locked(row)
        old = row.versions.filter(number=number).first()
        if old is None:
            raise NotFound()
        _version(row, actor, document=old.document, path=old.path, name=old.name, of=old.number)
    return row


def switch(row: PrintTemplate, active: bool, *, actor: Actor) -> None:
    """Retire it, or bring it back. Raises Forbidden."""
    _shaping(actor)
    with unit(actor, DOOR):
        PrintTemplate.objects.filter(pk=row.pk).update(active=active)
    shelf.clear()


def add_picture(upload: UploadedFile | None, *, actor: Actor) -> PrintPicture:
    """Draw an uploaded picture anew and keep it; what was transparent stays so. Raises Forbidden or Invalidated."""
    _shaping(actor)
    if upload is None:
        raise Invalidated({"picture": _("Choose a file.")})
    if (upload.size or 0) > LARGEST:
        raise Invalidated({"picture": _("The picture is larger than %(n)d MB.") % {"n": LARGEST // 1024**2}})
    image = _drawn_anew(upload)
    body = io.BytesIO()
    image.save(body, "PNG")
    path = default_storage.save(f"prints/{secrets.token_hex(16)}.png", ContentFile(body.getvalue()))
    name = attachments.clean_name(upload.name or "").rsplit(".", 1)[0][:LONGEST]
    with unit(actor, DOOR):
        return PrintPicture.objects.create(
            name=name, path=path, width=image.width, height=image.height, created_by=actor.id, created_at=clock.now()
        )


def current(row: PrintTemplate) -> PrintVersion:
    """The version that is printed. Raises NotFound where there is none yet."""
    found = row.versions.filter(number=row.version).first()
    if found is None:
        raise NotFound()
    return found


def _drawn_anew(upload: UploadedFile) -> Any:
    try:
        image: Any = Image.open(upload, formats=FORMATS)  # type: ignore[arg-type]
        if image.width * image.height > PIXELS:
            raise Invalidated({"picture": _("The picture has too many pixels. Make it smaller and choose it again.")})
        image = ImageOps.exif_transpose(image).convert("RGBA")
        image.thumbnail((SIDE, SIDE))
    except Invalidated:
        raise
    except Exception:  # decoders meet hostile bytes with any of a dozen exceptions
        raise Invalidated({"picture": _("This is no picture. Choose a JPEG, PNG, WebP or GIF file.")}) from None
    plain = Image.new("RGBA", image.size)
    plain.paste(image)  # nothing but the dots: no profile, no text, no place of a photograph
    return plain


def _named(row: PrintTemplate, zh: str, en: str, language: str) -> None:
    row.zh, row.en = (" ".join(text.replace("\x00", "").split()) for text in (zh, en))
    row.language = language if language in LANGUAGES else ""
    if not row.zh or len(row.zh) > LONGEST or len(row.en) > LONGEST:
        raise Invalidated({"zh": _("Give it a name of at most %(most)d characters.") % {"most": LONGEST}})


def _version(row: PrintTemplate, actor: Actor, **said: Any) -> None:
    row.version += 1
    PrintVersion.objects.create(template=row, number=row.version, created_by=actor.id, created_at=clock.now(), **said)
    row.save()
    shelf.clear()


def _locked(row: PrintTemplate) -> PrintTemplate:
    return PrintTemplate.objects.select_for_update().get(pk=row.pk)


def _shaping(actor: Actor) -> None:
    if not may_shape(actor):
        raise Forbidden(_("Only those who look after the company's lists may do this."))


__all__ = ["LANGUAGES", "Overtaken", "add_picture", "create", "current", "go_back", "rename", "save", "switch", "take"]

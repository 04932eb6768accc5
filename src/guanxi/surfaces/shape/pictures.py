"""Pictures and stamps of prints in the file of the shape: small ones as they are, of larger ones only that they are left out."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image

from guanxi.surfaces.prints import keeping
from guanxi.surfaces.prints.models import PrintPicture
from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.sections import Section, Taker, register

#: Bytes of a file that goes along.
SMALL = 200_000


def known() -> dict[str, PrintPicture]:
    """The pictures that there are, by a code of their dots, the oldest of several alike."""
    found: dict[str, PrintPicture] = {}
    for row in PrintPicture.objects.order_by("pk"):
        if default_storage.exists(row.path):
            found.setdefault(_code(row.path), row)
    return found


def describe(names: Names) -> dict[str, Any]:
    """By code what a picture is called and its file."""
    found = {}
    for code, row in known().items():
        with default_storage.open(row.path) as body:
            found[code] = {"name": row.name, **carried(body.read())}
    return dict(sorted(found.items()))


def carried(body: bytes) -> dict[str, Any]:
    """A file as it stands in the document, if it is small."""
    small = len(body) <= SMALL
    return {"data": b64encode(body).decode("ascii") if small else "", "left_out": not small}


def take(key: str, table: Mapping[str, Any], taking: Taker) -> None:
    """A picture that is not here yet is drawn anew and kept, as if somebody had uploaded it."""
    if table["left_out"] or key in known():
        return
    upload = SimpleUploadedFile(f"{table['name']}.png", b64decode(str(table["data"]), validate=True))
    taking.stored.append(keeping.add_picture(upload, actor=taking.actor).path)


@lru_cache(500)
def _code(path: str) -> str:
    """By the dots; what lies in the storage under a name never changes."""
    with default_storage.open(path) as body, Image.open(body) as image:
        dots = image.convert("RGBA")
        return "picture-" + hashlib.sha256(f"{dots.size}".encode() + dots.tobytes()).hexdigest()[:16]


register(
    Section(
        "pictures",
        "Pictures and stamps of prints 打印图片与印章, in base64; what is larger than 200 kB is left out.",
        _("Pictures and stamps"),
        describe,
        take,
    )
)

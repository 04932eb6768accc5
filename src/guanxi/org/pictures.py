"""The picture that somebody gives himself: whatever comes is decoded, cut to a square and written anew, so nothing else of the file stays.

It is kept under a random name, which is also its version: addresses of pictures never change what they show.
"""

from __future__ import annotations

import io
import secrets
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from guanxi.kernel.write import Invalidated
from guanxi.org.models import User

#: Bytes of an upload, the side of what is kept, and how many pixels are decoded: a photograph is shrunk while it is.
LARGEST, SIDE, PIXELS, PHOTO_PIXELS = 10 * 1024 * 1024, 256, 16_000_000, 80_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
KIND = "image/jpeg"
#: Which part of a longer side stays in the square.
PARTS = {"start": 0.0, "middle": 0.5, "end": 1.0}


def keep(user: User, upload: UploadedFile, part: str = "middle") -> None:
    """Give him this picture. Raises Invalidated."""
    if (upload.size or 0) > LARGEST:
        raise Invalidated({"picture": _("The picture is larger than %(n)d MB.") % {"n": LARGEST // 1024**2}})
    body = squared(upload, PARTS.get(part, 0.5))
    version = secrets.token_hex(16)
    default_storage.save(place(version), ContentFile(body))
    _set(user, version)


def remove(user: User) -> None:
    """Go back to the first letter of the name."""
    _set(user, "")


def place(version: str) -> str:
    """Where a picture lies in the storage."""
    return f"pictures/{version[:2]}/{version}.jpg"


def squared(upload: IO[bytes] | UploadedFile, at: float) -> bytes:
    """The picture as a square JPEG; what was transparent is white. Raises Invalidated."""
    try:
        image: Any = Image.open(upload, formats=FORMATS)  # type: ignore[arg-type]
        width, height = image.size
        if width * height > (PHOTO_PIXELS if image.format == "JPEG" else PIXELS):
            raise Invalidated({"picture": _("The picture has too many pixels. Make it smaller and choose it again.")})
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        image = ImageOps.exif_transpose(image).convert("RGBA")
        image = ImageOps.fit(image, (SIDE, SIDE), centering=(at, at))
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        written = io.BytesIO()
        paper.save(written, "JPEG", quality=88)
    except Invalidated:
        raise
    except Exception:  # decoders meet hostile bytes with any of a dozen exceptions
        raise Invalidated({"picture": _("This is no picture. Choose a JPEG, PNG, WebP or GIF file.")}) from None
    return written.getvalue()


def _set(user: User, version: str) -> None:
    """The former one goes once the new one is there."""
    with transaction.atomic():
        before = User.objects.select_for_update().values_list("picture", flat=True).get(pk=user.pk)
        User.objects.filter(pk=user.pk).update(picture=version)
        if before:
            transaction.on_commit(lambda: default_storage.delete(place(before)))
    user.picture = version

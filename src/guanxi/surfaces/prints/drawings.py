"""Pictures of prints as drawings that the typesetter takes: uploaded ones inside of one, codes made of squares."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

from django.core.files.storage import default_storage

from guanxi.surfaces.prints.models import PrintPicture

#: Bytes that a code holds; more become too fine to be read.
MOST = 2_000


class Pictures:
    """The drawings of one print, each once, by name; `taken` is told of what room each needs and may refuse it."""

    def __init__(self, taken: Callable[[int], None]) -> None:
        self.drawn: dict[str, str] = {}
        self._taken = taken

    def kept(self, number: int) -> str:
        """The name of an uploaded picture; empty where it is gone."""
        name = f"picture-{number}"
        if name not in self.drawn:
            row = PrintPicture.objects.filter(pk=number).first()
            if row is None or not default_storage.exists(row.path):
                return ""
            with default_storage.open(row.path) as body:
                data = b64encode(body.read()).decode("ascii")
            size = f'width="{row.width}" height="{row.height}"'
            image = f'<image {size} xlink:href="data:image/png;base64,{data}"/>'
            self._draw(name, f"{_svg(row.width, row.height)}{image}</svg>")
        return name

    def code(self, text: str) -> str:
        """The name of the QR code of a text."""
        held = text.encode()[:MOST].decode(errors="ignore")
        name = f"code-{held}"
        if name not in self.drawn:
            self._draw(name, code(held))
        return name

    def _draw(self, name: str, drawing: str) -> None:
        self._taken(len(drawing))
        self.drawn[name] = drawing


def code(text: str) -> str:
    """A QR code (ISO/IEC 18004, error correction M) with its quiet zone, as a drawing."""
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    made: QRCode = QRCode(error_correction=ERROR_CORRECT_M, border=2)
    made.add_data(text.encode())
    rows = made.get_matrix()
    squares = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return f'{_svg(len(rows), len(rows))}<path d="{squares}"/></svg>'


def _svg(width: int, height: int) -> str:
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {space} width="{width}" height="{height}" viewBox="0 0 {width} {height}">'


__all__ = ["MOST", "Pictures", "code"]

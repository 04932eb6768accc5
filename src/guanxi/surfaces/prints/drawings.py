"""Pictures of prints as drawings that the typesetter takes: uploaded ones inside of one, codes made of squares."""

from __future__ import annotations

from base64 import b64encode

from django.core.files.storage import default_storage

from guanxi.surfaces.prints.models import PrintPicture

#: Characters that a code holds; more become too fine to be read.
MOST = 1_000


class Pictures:
    """The drawings of one print, each once, by name."""

    def __init__(self) -> None:
        self.drawn: dict[str, str] = {}

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
            self.drawn[name] = f"{_svg(row.width, row.height)}{image}</svg>"
        return name

    def code(self, text: str) -> str:
        """The name of the QR code of a text."""
        name = f"code-{text[:MOST]}"
        if name not in self.drawn:
            self.drawn[name] = code(text[:MOST])
        return name


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

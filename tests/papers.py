"""Files as office programs, mail programs and malicious people make them, each as small as it can be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

import openpyxl

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"


def package(parts: Mapping[str, str | bytes], *, main: str) -> bytes:
    """An Office Open XML file of these parts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f"{HEAD}<Types/>")
        archive.writestr("_rels/.rels", relations({"r1": ("officeDocument", main)}))
        for name, body in parts.items():
            archive.writestr(name, body)
    return packed.getvalue()


def relations(found: Mapping[str, tuple[str, str]]) -> str:
    lines = (f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for key, (kind, target) in found.items())
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}">{"".join(lines)}</Relationships>'


def paragraph(text: str, style: str = "") -> str:
    said = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{said}<w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def docx(*body: str, before: str = "") -> bytes:
    """A document of these pieces of WordprocessingML; plain words become paragraphs."""
    inside = "".join(piece if piece.startswith("<w:") else paragraph(piece) for piece in body)
    text = f'{HEAD}{before}<w:document xmlns:w="{_WORD}"><w:body>{inside}</w:body></w:document>'
    return package({"word/document.xml": text}, main="word/document.xml")


def pptx(slides: Iterable[str]) -> bytes:
    """A presentation that shows its slides in the order opposite to that of their files."""
    texts = list(slides)
    parts = {}
    for number, text in enumerate(reversed(texts), start=1):
        inside = f"<a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p>"
        parts[f"ppt/slides/slide{number}.xml"] = f'{HEAD}<p:sld xmlns:p="{_SLIDES}" xmlns:a="{_DRAWING}">{inside}</p:sld>'
    order = "".join(f'<p:sldId id="{256 + n}" r:id="s{n}"/>' for n in range(len(texts), 0, -1))
    ids = f"<p:sldIdLst>{order}</p:sldIdLst>"
    parts["ppt/presentation.xml"] = f'{HEAD}<p:presentation xmlns:p="{_SLIDES}" xmlns:r="{_OFFICE}">{ids}</p:presentation>'
    parts["ppt/_rels/presentation.xml.rels"] = relations({f"s{n}": ("slide", f"slides/slide{n}.xml") for n in range(1, len(texts) + 1)})
    return package(parts, main="ppt/presentation.xml")


def xlsx(sheets: Mapping[str, Iterable[Iterable[object]]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def pdf(pages: int = 1, *, locked: bool = False) -> bytes:
    """A document with a black square and the words "Page n" on each leaf, or one that asks for a password nobody knows."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number in range(pages):
        drawn = f"0 0 0 rg 100 100 200 200 re f BT /F1 24 Tf 100 400 Td (Page {number + 1}) Tj ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 500] /Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    more = ""
    if locked:
        nobody = "00" * 32
        objects.append(f"<< /Filter /Standard /V 1 /R 2 /O <{nobody}> /U <{nobody}> /P -4 >>")
        more = f"/Encrypt {len(objects)} 0 R /ID [<{'01' * 16}> <{'01' * 16}>]"
    out, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{place:010} 00000 n \n" for place in places)
    return out + f"{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {more} >>\nstartxref\n{len(out)}\n%%EOF\n".encode()

"""The process that sets a print: limits first, then typst over the one program of the house, with nothing but data from outside.

Run as `python -m guanxi.surfaces.prints.child LIMITS FONTS`. Standard input holds {"program": source, "data": {...}, "form": "pdf" or
"png", "dots": per inch, "pages": at most so many pictures}; it answers {"pages": [base64, ...]} on standard output, of a PDF one, or
{"refused": code}. Whatever happens to it, a crash or a kill, is a refusal for the parent. Imports neither Django nor settings.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from io import BytesIO
from typing import Any

from guanxi.surfaces.exchange.workbook_child import confine

#: Sheets that are set at a time: what the typesetter needs for one grows with the number of the others.
PART = 50


def answer(asked: dict[str, Any], fonts: str) -> dict[str, Any]:
    """The pages, or the code of the refusal."""
    sheets = asked["data"].get("sheets", [])
    parts = [{**asked["data"], "sheets": sheets[start : start + PART]} for start in range(0, len(sheets), PART)] or [asked["data"]]
    try:
        if asked["form"] == "png":
            pages = _set(asked, parts[0], fonts)[: asked["pages"]]
        else:
            pages = [_bound([_set(asked, part, fonts)[0] for part in parts])]
    except MemoryError:
        return {"refused": "large"}
    except BaseException as problem:  # a panic of the typesetter is no Exception
        return {"refused": "wrong", "why": str(problem)[:500]}
    return {"pages": [b64encode(page).decode("ascii") for page in pages]}


def _set(asked: dict[str, Any], data: dict[str, Any], fonts: str) -> list[bytes]:
    import typst

    options: dict[str, Any] = {"format": asked["form"], "sys_inputs": {"data": json.dumps(data)}}
    if asked["form"] == "png":
        options["ppi"] = float(asked["dots"])
    made = typst.compile(asked["program"].encode(), font_paths=[fonts], ignore_system_fonts=True, **options)
    return made if isinstance(made, list) else [made]  # type: ignore[list-item]


def _bound(files: list[bytes]) -> bytes:
    """Several files as one."""
    if len(files) == 1:
        return files[0]
    from pypdf import PdfReader, PdfWriter

    writer, whole = PdfWriter(), BytesIO()
    for file in files:
        writer.append(PdfReader(BytesIO(file)))
    writer.compress_identical_objects()
    writer.write(whole)
    return whole.getvalue()


def main(arguments: list[str]) -> None:
    """Entry point; see the module's docstring."""
    confine(**json.loads(arguments[0]))
    sys.stdout.write(json.dumps(answer(json.load(sys.stdin), arguments[1])))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

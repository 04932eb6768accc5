"""The process that sets a print: limits first, then typst over the one program of the house, with nothing but data from outside.

Run as `python -m guanxi.surfaces.prints.child LIMITS FONTS`. Standard input holds {"program": source, "data": {...}, "form": "pdf" or
"png", "dots": per inch, "pages": at most so many pictures}; it answers {"pages": [base64, ...]} on standard output, of a PDF one, or
{"refused": code}. Whatever happens to it, a crash or a kill, is a refusal for the parent. Imports neither Django nor settings.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from typing import Any

from guanxi.surfaces.exchange.workbook_child import confine


def answer(asked: dict[str, Any], fonts: str) -> dict[str, Any]:
    """The pages, or the code of the refusal."""
    import typst

    options: dict[str, Any] = {"format": asked["form"], "sys_inputs": {"data": json.dumps(asked["data"])}}
    if asked["form"] == "png":
        options["ppi"] = float(asked["dots"])
    try:
        made = typst.compile(asked["program"].encode(), font_paths=[fonts], ignore_system_fonts=True, **options)
    except MemoryError:
        return {"refused": "large"}
    except BaseException as problem:  # a panic of the typesetter is no Exception
        return {"refused": "wrong", "why": str(problem)[:500]}
    pages = made if isinstance(made, list) else [made]
    return {"pages": [b64encode(page).decode("ascii") for page in pages[: asked["pages"] or None]]}


def main(arguments: list[str]) -> None:
    """Entry point; see the module's docstring."""
    confine(**json.loads(arguments[0]))
    sys.stdout.write(json.dumps(answer(json.load(sys.stdin), arguments[1])))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

"""The process that fills a stranger's Word file: limits first, then a closed template language over texts.

Run as `python -m guanxi.surfaces.prints.word_child LIMITS`. Standard input holds {"act": "names" or "fill", "file": base64, "data": {...},
"language": code}; it answers {"names": [...]}, {"file": base64} or {"refused": code, "why": words} on standard output. What a template can reach
are the values handed in: no attributes, no calls, no names of Python. Imports neither Django nor settings.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from jinja2 import ChainableUndefined, TemplateAssertionError, TemplateError, TemplateSyntaxError, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import SandboxedEnvironment

from guanxi.kernel.merge_tags import formats
from guanxi.surfaces.exchange.workbook_child import confine

#: Of an archive: parts, bytes unpacked, and how well it may be packed beyond what is harmless. Of what comes out: bytes.
PARTS, UNPACKED, RATIO, HARMLESS, LARGEST = 2_000, 64 << 20, 100, 8 << 20, 40 << 20
FILTERS = ("default", "d", "e", "escape", "upper", "lower", "trim", "length", "join")
#: A tag in a paragraph, what is left of one, the word by which it takes a row or paragraph along, and commands.
_TAG, _BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}"), re.compile(r"\{\{|\}\}|\{%|%\}")
_PREFIX, _COMMANDS = re.compile(r"^(\{[{%])(?:tr|tc|p|r)\s"), ("for", "if", "set")
_LOOP = ("index", "index0", "first", "last", "length")


class Large(Exception):
    """The archive would unpack to something unreasonable."""


class Value(str):
    """The text of a value; what formats need of it stays behind a name that no template reaches."""

    _written: formats.Written

    @staticmethod
    def of(told: dict[str, str]) -> Value:
        """Out of what the parent told."""
        raw: Any = Decimal(told["number"]) if "number" in told else None
        if "moment" in told:
            raw = datetime.fromisoformat(told["moment"]) if "T" in told["moment"] else date.fromisoformat(told["moment"])
        value = Value(told["text"])
        value._written = formats.Written(told["text"], raw, told["currency"])
        return value


class Row(dict[str, Value]):
    """The fields of a record, which reads as its title."""

    title = ""

    def __str__(self) -> str:
        return self.title


class Rows(list[Row]):
    """A list of records, which reads as their titles."""

    def __str__(self) -> str:
        return "、".join(map(str, self))


class Closed(SandboxedEnvironment):
    """A template language in which a dot finds a field of a record, nothing can be called, and every value is a text and no markup."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for each in tree.find_all(nodes.EvalContextModifier):
            raise TemplateSyntaxError("Encountered tag 'autoescape', which is not for such files.", each.lineno)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self._of(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self._of(obj, argument)

    def _of(self, obj: Any, name: Any) -> Any:
        if isinstance(obj, Row) and name in obj:
            return obj[name]
        if isinstance(obj, LoopContext) and name in _LOOP:
            return getattr(obj, name)
        return self.undefined(obj=obj, name=str(name))

    def is_safe_callable(self, obj: Any) -> bool:
        return False


def language_of(code: str) -> Closed:
    """The template language, with the formats of tags as filters."""
    env = Closed(autoescape=True, undefined=ChainableUndefined)
    env.globals.clear()
    env.filters = {name: env.filters[name] for name in FILTERS}
    env.tests = {name: env.tests[name] for name in ("defined", "undefined", "none")}
    for name in formats.FORMATS:
        env.filters[name] = _filter(name, code)
    return env


def _filter(name: str, code: str) -> Callable[..., str]:
    def written(value: Any, argument: str = "") -> str:
        known = value._written if isinstance(value, Value) else formats.Written(str(value))
        return formats.apply(name, str(argument), known, code)

    return written


def context(data: dict[str, Any]) -> dict[str, Any]:
    """What the parent told, as templates see it."""
    return {name: _seen(told) for name, told in data.items()}


def _seen(told: Any) -> Any:
    if isinstance(told, list):
        return Rows(_seen(each) for each in told)
    if "fields" not in told:
        return Value.of(told)
    row = Row({key: Value.of(each) for key, each in told["fields"].items()})
    row.title = told["title"]
    return row


def refuse_bombs(file: bytes) -> None:
    """Too many parts, too large, or too well packed. Raises Large, or what a broken archive raises."""
    with zipfile.ZipFile(BytesIO(file)) as archive:
        parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > PARTS or unpacked > UNPACKED or (unpacked > HARMLESS and unpacked > RATIO * len(file)):
        raise Large
    if any("vbaproject" in part.filename.lower() for part in parts):
        raise zipfile.BadZipFile("macros")


def trouble(document: Any, env: Closed) -> dict[str, Any]:
    """The first tag that cannot be read, what is wrong with it, and in which paragraph it stands; nothing where none is found alone."""
    begun: list[tuple[str, str, int]] = []
    for place, text in enumerate(_paragraphs(document), start=1):
        if _BRACES.search(_TAG.sub("", text)):
            return {"kind": "open", "tag": text.strip()[:60], "paragraph": place}
        for found in _TAG.finditer(text):
            tag = _PREFIX.sub(r"\1 ", found[0])
            if (kind := _amiss(tag, place, begun, env)) is not None:
                return {"kind": kind, "tag": found[0][:60], "paragraph": place}
    return {"kind": "unended", "tag": begun[-1][1][:60], "paragraph": begun[-1][2]} if begun else {}


def _amiss(tag: str, place: int, begun: list[tuple[str, str, int]], env: Closed) -> str | None:
    """What is wrong with a tag; `begun` are the commands that wait for their end."""
    word = tag[2:-2].strip("- ").partition(" ")[0]
    closing = ""
    if tag.startswith("{%"):
        if word in ("endfor", "endif"):
            return None if begun and begun.pop()[0] == word.removeprefix("end") else "unmatched"
        if word in ("else", "elif"):
            return None if begun else "unmatched"
        if word not in _COMMANDS:
            return "command"
        if word in ("for", "if"):
            begun.append((word, tag, place))
            closing = f"{{% end{word} %}}"
    try:
        env.from_string(tag + closing)
    except TemplateAssertionError:
        return "format"
    except TemplateError:
        return "syntax"
    return None


def _paragraphs(document: Any) -> Iterator[str]:
    """The texts of the paragraphs in the order in which they stand, those of tables among them."""
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    for paragraph in document.element.body.iter(f"{name}p"):
        yield "".join(each.text or "" for each in paragraph.iter(f"{name}t"))


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What was asked for, or the code of the refusal."""
    from docxtpl import DocxTemplate

    template: Any = None
    try:
        file = b64decode(asked["file"])
        refuse_bombs(file)
        template, env = DocxTemplate(BytesIO(file)), language_of(asked.get("language", "zh"))
        template.init_docx()
        if asked["act"] == "names":
            return {"names": sorted(template.get_undeclared_template_variables(env))}
        template.render(context(asked["data"]), env)
        made = BytesIO()
        template.save(made)
    except (MemoryError, Large, RecursionError):
        return {"refused": "large"}
    except TemplateError as problem:
        return {"refused": "tags", "why": str(problem)[:300], **trouble(template.docx, env)}
    except BaseException:  # whatever the readers raise
        return {"refused": "damaged"}
    return {"refused": "large"} if made.tell() > LARGEST else {"file": b64encode(made.getvalue()).decode("ascii")}


def main(arguments: list[str]) -> None:
    """Entry point; see the module's docstring."""
    confine(**json.loads(arguments[0]))
    sys.stdout.write(json.dumps(answer(json.load(sys.stdin))))
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

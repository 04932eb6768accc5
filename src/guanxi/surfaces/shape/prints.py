"""Print templates in the file of the shape: what holds of each, not how it came to be."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.surfaces.prints import document, keeping, shelf
from guanxi.surfaces.prints.models import PrintTemplate
from guanxi.surfaces.shape import pictures
from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.sections import Section, Taker, entity_of, kinds, known, register, unnamed


def describe(names: Names) -> dict[str, Any]:
    """By entity its templates, each known by its name."""
    found: dict[str, Any] = {}
    shown = {row.pk: code for code, row in pictures.known().items()}
    for key in kinds(PrintTemplate, names):
        here = known(PrintTemplate.objects.filter(entity=key), "zh")
        found[key] = {"printed": [{"code": code, **_line(row, names, shown)} for code, row in here.items()]}
    return found


def take(key: str, table: Mapping[str, Any], taking: Taker) -> None:
    """The templates of an entity; one that the file does not name is retired."""
    entity, here, drawn = entity_of(key), known(PrintTemplate.objects.filter(entity=key), "zh"), pictures.known()
    shown = {row.pk: code for code, row in drawn.items()}
    for line in table.get("printed", []):
        with taking.judged("prints", key, str(line.get("code"))):
            row = here.get(line["code"])
            if row is None or {k: v for k, v in line.items() if k != "code"} != _line(row, Names(), shown):
                row = _brought(entity, row, line, {code: each.pk for code, each in drawn.items()}, taking)
            if row.active != bool(line["active"]):
                keeping.switch(row, bool(line["active"]), actor=taking.actor)
    for row in unnamed(table.get("printed", []), here):
        keeping.switch(row, False, actor=taking.actor)


def _brought(entity: Entity, row: PrintTemplate | None, line: Mapping[str, Any], here: Mapping[str, int], taking: Taker) -> PrintTemplate:
    """One of them made, or put as the file has it."""
    called = (str(line["zh"]), str(line["en"]), str(line["language"]))
    said = Names().back(json.loads(line["document"]))
    if line["sort"] == "blocks":
        wish = document.plain(_with_pictures(said, here))
        return _blocks(entity, row, wish, called, taking.actor)
    row = row or keeping.create(entity, *called, None, actor=taking.actor)
    row = keeping.rename(row, *called, actor=taking.actor)
    if line["data"] and line["data"] != _file(row)["data"]:
        upload = SimpleUploadedFile(str(line["file"]), b64decode(str(line["data"]), validate=True))
        row = keeping.take(row, upload, actor=taking.actor)
        taking.stored.append(keeping.current(row).path)
    return row


def _blocks(entity: Entity, row: PrintTemplate | None, wish: Any, called: tuple[str, str, str], actor: Actor) -> PrintTemplate:
    if row is None:
        return keeping.create(entity, *called, wish, actor=actor)
    return keeping.save(row, wish, *called, actor=actor)


def _with_pictures(said: dict[str, Any], here: Mapping[str, int]) -> dict[str, Any]:
    """The document with pictures of this installation; a block whose picture is not here is left out."""
    blocks = [{**each, "picture": here.get(each["picture"], 0)} if "picture" in each else each for each in said["blocks"]]
    return {**said, "blocks": [each for each in blocks if each.get("picture", 1)]}


def _line(row: PrintTemplate, names: Names, shown: Mapping[int, str]) -> dict[str, Any]:
    said = dict(keeping.current(row).document) if row.version else {}
    if "blocks" in said:
        said["blocks"] = [{**each, "picture": shown.get(each["picture"], "")} if "picture" in each else each for each in said["blocks"]]
    plain = {name: getattr(row, name) for name in ("zh", "en", "language", "sort", "active")}
    return {**plain, "document": json.dumps(names.out(said), ensure_ascii=False), **(_file(row) if row.sort == "word" else {})}


def _file(row: PrintTemplate) -> dict[str, Any]:
    """The Word file of a template."""
    version = keeping.current(row) if row.version else None
    if version is None or not default_storage.exists(version.path):
        return {"file": "", "data": "", "left_out": False}
    with default_storage.open(version.path) as body:
        return {"file": version.name, **pictures.carried(body.read())}


register(
    Section(
        "prints",
        "Print templates 打印模板, by entity: documents of blocks with names of pictures, or Word files in base64 of at most 200 kB.",
        _("Print templates"),
        describe,
        take,
        {"printed": ("code",)},
        shelf.clear,
    )
)

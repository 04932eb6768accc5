"""Where a template begins: an empty sheet, or the usual one, which shows a record as its page does. Some entities come with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import translation

from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.registry import registry
from guanxi.surfaces.prints import below, keeping
from guanxi.surfaces.prints.document import block, fresh
from guanxi.surfaces.prints.models import PrintTemplate

#: Columns of a related list that fit on a sheet.
COLUMNS = 5
#: What entities with a preset call it by language.
NAMES: dict[str, Callable[[Entity], str]] = {
    "zh-hans": lambda entity: f"{entity.label}信息表",
    "en": lambda entity: f"{entity.label} sheet",
}


def usual(entity: Entity) -> dict[str, Any]:
    """A record as its page shows it: title, fields by section, what hangs on it; headings in the present language."""
    blocks = [
        block("text", text=str(entity.label), size=18, bold=True, align="center"),
        block("text", text=f"{{{{{entity.title}}}}}", size=13, bold=True),
    ]
    tagged = naming.tagged(entity)
    for label, keys in entity.layout.items():
        lines = [f"{{{{{key}}}}}" for key in keys if key in tagged]
        if lines:
            blocks += [block("text", text=str(label), bold=True), block("fields", lines="\n".join(lines))]
    for code in entity.related:
        if (tab := below.tabs(entity).get(code)) is not None:
            columns = [key for key in tab.child.columns if key != tab.via and key in naming.tagged(tab.child)][:COLUMNS]
            blocks += [
                block("text", text=tab.label, bold=True),
                block("table", of=code, lines="\n".join(f"{{{{{key}}}}}" for key in columns)),
            ]
    footer = {"left": "{{me}}", "middle": "", "right": "{{today}}"}
    return {**fresh(), "blocks": blocks, "footer": footer}


def provide() -> None:
    """The usual sheet in both languages for entities that declare it, where they have no template yet; never overwritten."""
    for entity in registry:
        if entity.printed and not PrintTemplate.objects.filter(entity=entity.key).exists():
            names: dict[str, str] = {}
            for language, named in NAMES.items():
                with translation.override(language):
                    names[language] = named(entity)
            for language in NAMES:
                with translation.override(language):
                    wish = usual(entity)
                zh, en = names["zh-hans"], names["en"]
                keeping.create(
                    entity, *((zh, f"{en} (中文)") if language == "zh-hans" else (f"{zh}（English）", en)), language, wish, actor=SYSTEM
                )


__all__ = ["provide", "usual"]

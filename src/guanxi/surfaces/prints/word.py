"""Word files of one's own as templates: looked at when they come, filled in a limited process that gets texts and nothing else."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from guanxi.kernel import attachments
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.merge_tags.formats import Written
from guanxi.kernel.merge_tags.naming import Path
from guanxi.kernel.merge_tags.values import Values
from guanxi.kernel.models import CustomField
from guanxi.kernel.write import Invalidated, Refused
from guanxi.surfaces.prints import below
from guanxi.surfaces.prints.press import Limits, Unprinted, ask

KIND = attachments.OOXML["word/"]
CHILD = "guanxi.surfaces.prints.word_child"
#: Bytes of a file, rows of a list in it.
LARGEST, ROWS = 10 * 1024 * 1024, 500
#: A file may call a field as people do in either of these.
LANGUAGES = ("zh-hans", "en")
LIMITS = Limits(memory=1024 << 20, seconds=5, patience=8)
#: For a look at a file and a sample print: one that goes round and round keeps the only turn from nobody for long.
QUICK = Limits(memory=1024 << 20, seconds=3, patience=6)


def inspect(entity: Entity, upload: UploadedFile) -> dict[str, str]:
    """Which field or list each name in a Word file means, so that they may be called otherwise later. Raises Invalidated."""
    if (upload.size or 0) > LARGEST:
        raise Invalidated({"file": _("The file is larger than %(n)d MB.") % {"n": LARGEST // 1024**2}})
    if attachments.kind_of(upload) != KIND:
        raise Invalidated({"file": _("Choose a Word file in the format docx.")})
    upload.seek(0)
    try:
        names = _names(upload.read())
    except Refused as refusal:
        raise Invalidated({"file": str(refusal)}) from None
    known = _known(entity)
    unknown = sorted(name for name in names if name not in known)
    if unknown:
        said = {"name": "、".join(unknown[:5]), "entity": entity.label, "tags": "、".join(list(known)[:12])}
        raise Invalidated({"file": _("There is no tag “%(name)s” for %(entity)s. Tags are for instance %(tags)s.") % said})
    return {name: known[name] for name in names}


def filled(
    entity: Entity, path: str, record: int, actor: Actor, *, meant: Mapping[str, str] | None = None, limits: Limits = LIMITS
) -> tuple[bytes, list[str]]:
    """The file filled from one record as far as the actor may see it, and the fields and lists that it read.

    `meant` says which field each name in it means; without it names are looked up as they are now. Raises Unprinted.
    """
    try:
        with default_storage.open(path) as body:
            file = body.read()
    except FileNotFoundError:
        raise Unprinted(gettext_lazy("The file of this template is gone. Upload it again.")) from None
    read = _meant(entity, meant) if meant is not None else {name: _known(entity)[name] for name in _names(file) if name in _known(entity)}
    asked = {
        "act": "fill",
        "file": b64encode(file).decode("ascii"),
        "data": _data(entity, read, record, actor),
        "language": get_language() or "zh",
    }
    return b64decode(ask(CHILD, [], json.dumps(asked).encode(), limits)["file"]), sorted(set(read.values()))


def _names(file: bytes) -> list[str]:
    asked = {"act": "names", "file": b64encode(file).decode("ascii")}
    return list(ask(CHILD, [], json.dumps(asked).encode(), QUICK)["names"])


def _meant(entity: Entity, names: Mapping[str, str]) -> dict[str, str]:
    """The names whose fields and lists there still are."""
    former = _former(entity)
    there = {*naming.tagged(entity), *below.tabs(entity), *naming.FURTHER}
    return {name: now for name, key in names.items() if (now := former.get(key, key)) in there}


def _former(entity: Entity) -> dict[str, str]:
    """The keys that own fields had in another sort → the keys that they have now."""
    rows = {row.pk: row for row in CustomField.objects.filter(entity=entity.key)}

    def first(number: int) -> int:
        return first(rows[number].options["was"]) if rows[number].options.get("was") in rows else number

    now = {first(pk): pk for pk, row in rows.items() if row.active}
    return {f"f{pk}": f"f{now[first(pk)]}" for pk in rows if now.get(first(pk), pk) != pk}


def _known(entity: Entity) -> dict[str, str]:
    """What a file may name → key of a field, code of a list; by their names as well where those can stand in a tag."""
    found = {key: key for key in [*naming.tagged(entity), *below.tabs(entity), *naming.FURTHER]}
    for language in LANGUAGES:
        with translation.override(language):
            for key, field in naming.tagged(entity).items():
                for word in (str(field.label), *map(str, field.aliases)):
                    if word.isidentifier():
                        found.setdefault(word, key)
    return found


def _data(entity: Entity, names: Mapping[str, str], record: int, actor: Actor) -> dict[str, Any]:
    """By name what it stands for: a value, another record, or a list of them."""
    near, tabs = naming.steps(entity), below.tabs(entity)
    keys = [key for key in set(names.values()) if key not in tabs]
    wanted = [Path(key) for key in keys] + [Path(key, via) for via in keys if via in near for key in naming.tagged(near[via])]
    values = Values(entity, wanted, [record], actor)
    found: dict[str, Any] = {}
    for key in set(names.values()):
        if key in tabs:
            found[key] = _rows(entity, tabs[key], record, actor)
        elif key in near:
            inside = {each: _told(values.value(record, Path(each, key))) for each in naming.tagged(near[key])}
            inside = _also(inside, _former(near[key]))
            found[key] = {"title": values.value(record, Path(key)).text, "fields": inside}
        else:
            found[key] = _told(values.value(record, Path(key)))
    return {name: found[key] for name, key in names.items()}


def _rows(entity: Entity, tab: below.Tab, record: int, actor: Actor) -> list[dict[str, Any]]:
    ids = below.ids(entity, tab, [record], actor, action="view", most=ROWS).get(record, [])
    keys = list(naming.tagged(tab.child))
    values = Values(tab.child, [Path(key) for key in keys], ids, actor)
    former, found = _former(tab.child), []
    for one in ids:
        fields = _fields(values, one, keys)
        found.append({"title": values.value(one, Path(tab.child.title)).text, "fields": _also(fields, former)})
    return found


def _also(fields: dict[str, Any], former: Mapping[str, str]) -> dict[str, Any]:
    """The fields by the keys that they had in another sort as well: a file names them behind a dot."""
    return fields | {was: fields[now] for was, now in former.items() if now in fields}


def _fields(values: Values, record: int, keys: Iterable[str]) -> dict[str, Any]:
    return {key: _told(values.value(record, Path(key))) for key in keys}


def _told(value: Written) -> dict[str, str]:
    """A value as the process gets it: its text, and the number or day that formats need."""
    told = {"text": value.text, "currency": value.currency}
    if isinstance(value.raw, (int, Decimal)) and not isinstance(value.raw, bool):
        return {**told, "number": str(value.raw)}
    return {**told, "moment": value.raw.isoformat()} if value.raw is not None else told


__all__ = ["KIND", "LIMITS", "QUICK", "filled", "inspect"]

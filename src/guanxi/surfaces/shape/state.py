"""The shape as it is, as one document; and what tells two of them apart."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.kernel import lists, numbering
from guanxi.kernel.design import KEY, CustomEntity
from guanxi.kernel.fields.base import Label
from guanxi.kernel.lists import ListOf
from guanxi.kernel.models import CustomField, FormLayout
from guanxi.kernel.write import Invalidated, numbers
from guanxi.org.models import Role
from guanxi.surfaces.shape import sections, shared
from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.toml import written

#: The sections of its own, in their order.
OWN: dict[str, Label] = {
    "entities": gettext_lazy("Records of your own"),
    "lists": gettext_lazy("Choice lists"),
    "fields": gettext_lazy("Fields of your own"),
    "roles": gettext_lazy("Roles"),
    "views": gettext_lazy("Shared views"),
    "numbers": gettext_lazy("Automatic numbers"),
    "layouts": gettext_lazy("Layouts of forms"),
}
COMMENTS = {
    "entities": "Kinds of record of one's own 自定义业务对象; number and stage name fields of theirs, row_of the kind whose rows they are.",
    "lists": "Choice lists 选项表: values in their order; `below` is a value of the same list, `under` one of the list `above`.",
    "fields": "Fields of one's own 自定义字段, by entity; they are named own:ENTITY/CODE elsewhere.",
    "roles": "Roles 角色: grants are action = scope, rights are field = right.",
    "views": "Shared views 共享视图: roles and departments, both empty, are everybody; opening views open their list.",
    "numbers": "Automatic numbers 自动编号: parts in their order.",
    "layouts": "Layouts of forms 表单布局, by entity: for a form, a role, both, or (both empty) everybody.",
}
#: Bytes of a file, and the entries by which each row of a table is known.
LARGEST = 5 * 1024 * 1024
ROWS = {
    "values": ("code",),
    "own": ("code",),
    "grants": ("entity", "action"),
    "rights": ("entity", "field"),
    "shared": ("name",),
    "arranged": ("form", "role"),
}


def described() -> dict[str, Any]:
    """All of it, by codes only."""
    names = Names()
    listed = {names.list_out(of.code): of for of in lists.everything()}
    numbered = {f"{e.key}/{names.out(f.key)}": (e, f) for e, f in numbers.numbered()}
    document = {
        "entities": {KEY.format(row.pk): _entity(row, names) for row in CustomEntity.objects.order_by("id")},
        "lists": {code: _list(listed[code], names) for code in names.in_order(listed)},
        "fields": _fields(names),
        "roles": {role.code: _role(role, names) for role in Role.objects.order_by("code")},
        "views": shared.described(names),
        "numbers": {key: _number(numbering.scheme(*numbered[key])) for key in names.in_order(numbered)},
        "layouts": _layouts(names),
    }
    document |= {section.name: section.describe(names) for section in sections.everything()}
    return names.outward(document)  # type: ignore[no-any-return]


def text() -> str:
    """The file."""
    return (
        "# The shape of this company, exported by Guanxi. Codes tell what is meant; nothing here is a number of this installation.\n"
        + written(described(), COMMENTS | {section.name: section.comment for section in sections.everything()})
    )


def read(body: bytes) -> dict[str, Any]:
    """A document of a file. Raises Invalidated."""
    try:
        if len(body) > LARGEST:
            raise ValueError
        found = tomllib.loads(body.decode("utf-8-sig"))
        list(flat(found))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Invalidated({"file": _("This is no file of a shape. Export one and change that.")}) from None
    if not found.keys() <= {*OWN, *(section.name for section in sections.everything())} or "\\u0000" in json.dumps(found, default=str):
        raise Invalidated({"file": _("This is no file of a shape. Export one and change that.")})
    return found


@dataclass(frozen=True)
class Difference:
    """One thing that is otherwise in a file: `verb` is add, change or absent, or left where the file says that it is not in it."""

    verb: str
    place: tuple[str, ...]
    changes: tuple[tuple[str, str, str], ...] = ()


def differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[Difference]:
    """What the file `there` would add, change, or does not name though it speaks of the group that holds it."""
    old, new = dict(flat(here)), dict(flat(there))
    found = []
    for place, values in new.items():
        if place not in old:
            found.append(Difference("left" if values.get("left_out") else "add", place))
            continue
        changes = [(key, _shown(old[place].get(key)), _shown(values[key])) for key in values if values[key] != old[place].get(key)]
        if changes:
            found.append(Difference("change", place, tuple(changes)))
    for section, tables in there.items():
        for key, table in tables.items():
            for rows in ("values", "own"):
                known = [row["code"] for row in here.get(section, {}).get(key, {}).get(rows, [])]
                wanted = [row["code"] for row in table.get(rows, []) if row["code"] in known]
                stands = [code for code in known if code in wanted]
                if stands != wanted:
                    found.append(Difference("change", (section, key), ((_("order"), ", ".join(stands), ", ".join(wanted)),)))
    groups = {place[:2] for place in new}
    absent = (
        place for place in old if place not in new and len(place) > 2 and place[:2] in groups and place[0] not in ("views", "layouts")
    )
    found += [Difference("absent", place) for place in absent if old[place].get("active") is not False]
    return found


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def flat(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Each thing by its place: a table, and each row of its tables."""
    known = rows_of()
    for section, tables in document.items():
        for key, table in tables.items():
            yield (section, key), {k: v for k, v in table.items() if k not in known}
            for rows, known_by in known.items():
                for row in table.get(rows, []):
                    yield (section, key, rows, *(str(row[each]) for each in known_by)), dict(row)


def label_of(section: str) -> str:
    """What people call a section."""
    return str({**OWN, **{each.name: each.label for each in sections.everything()}}[section])


def rows_of() -> dict[str, tuple[str, ...]]:
    """The tables that stand in others, and the entries by which each row of one is known."""
    return ROWS | {name: known_by for section in sections.everything() for name, known_by in section.rows.items()}


def _entity(row: CustomEntity, names: Names) -> dict[str, Any]:
    plain = ("slug", "label", "en", "plural", "about", "icon", "after", "in_menu", "title", "title_en", "access", "row_of", "active")
    fields = {name: names.own.get(getattr(row, name) or 0, "") for name in ("number", "stage")}
    return {**{name: getattr(row, name) for name in plain}, **fields}


def _list(of: ListOf, names: Names) -> dict[str, Any]:
    known = of.dictionary
    aboves = of.above.dictionary if of.above else None
    rows = []
    for item in of.items:
        inside = known.above(item)
        root = aboves.by_id(known.line(item)[0].parent) if aboves and inside is None else None
        row: dict[str, Any] = {"code": item.code, "zh": item.zh, "en": item.en, "colour": item.colour}
        row |= {"below": inside.code if inside else "", "under": root.code if root else ""}
        row |= {"active": item.active, "default": item.default}
        rows.append({**row, "departments": [names.departments[d] for d in item.departments if d in names.departments]})
    return {"above": names.list_out(known.under) if known.under else "", "values": rows}


def _fields(names: Names) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in CustomField.objects.order_by("position", "id"):
        options = names.out({k: v for k, v in row.options.items() if k not in ("dictionary", "code", "was")})
        line: dict[str, Any] = {
            "code": names.own[row.pk].rpartition("/")[2],
            "kind": row.kind,
            "zh": row.label,
            "en": row.en,
            "help": row.help,
        }
        line |= {"required": row.required, "active": row.active, "unique": row.unique, "quick": row.quick, "first": row.first}
        line |= {"searched": row.searched}
        line |= {name: json.dumps(names.out(getattr(row, name)), ensure_ascii=False) for name in ("shown_when", "asked_when")}
        line |= {"list": names.list_out(row.options["dictionary"]) if "dictionary" in row.options else "", "options": options}
        found.setdefault(row.entity, {"own": []})["own"].append(line)
    return {key: found[key] for key in names.in_order(found)}


def _role(role: Role, names: Names) -> dict[str, Any]:
    grants = [
        {"entity": g.entity, "action": g.action, "scope": g.scope, "departments": [names.departments[d] for d in g.departments if d in names.departments],
         "territory": g.territory, "review": g.review}
        for g in sorted(role.grants.all(), key=lambda g: (names.outward(g.entity), g.action))
    ]  # fmt: skip
    rights = [{"entity": r.entity, "field": names.out(r.field), "right": r.right} for r in role.field_rights.all()]
    plain = {k: getattr(role, k) for k in ("zh", "en", "about", "second", "keeps", "delegable", "shapes", "active")}
    return {**plain, "grants": grants, "rights": sorted(rights, key=lambda row: (names.outward(row["entity"]), row["field"]))}


def _layouts(names: Names) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in FormLayout.objects.order_by("form", "role"):
        line = {"form": row.form, "role": row.role, "document": json.dumps(names.out(row.document), ensure_ascii=False)}
        found.setdefault(row.entity, {"arranged": []})["arranged"].append(line)
    return {key: found[key] for key in names.in_order(found)}


def _number(made: numbering.Scheme) -> dict[str, Any]:
    return {"parts": [list(part) for part in made.parts], "reset": made.reset, "quick": made.quick}


__all__ = ["Difference", "described", "differences", "flat", "read", "rows_of", "text"]

"""Controls of a form for strangers: those of the house, without what asks the server while somebody types."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from guanxi.kernel.china import regions
from guanxi.kernel.dictionary import Dictionary, Item
from guanxi.kernel.fields.base import Field, Invalid, Reader, attributes
from guanxi.surfaces.collecting.asking import Line

_OPTION = Markup('<option value="{}"{}>{}</option>')
_SELECT = Markup('<select name="{0}" id="f-{0}" {1}{2}>{3}</select>')
_INVALID = Markup(' aria-invalid="true"')


def control(line: Line, typed: Any, error: str, reader: Reader) -> dict[str, Any]:
    """One labelled control that holds what was typed, also where that was refused."""
    field = line.field
    return {
        "key": field.key,
        "label": field.label,
        "required": line.must,
        "help": field.help,
        "error": error,
        "wide": getattr(field.kind, "lines", 1) > 1,
        "group": field.kind.name in ("tags", "rating"),
        "html": _html(field, typed, error, reader),
    }


def _html(field: Field, typed: Any, error: str, reader: Reader) -> Markup:
    kind = field.kind
    if kind.name == "region":
        return _regions(field, str(typed or ""), error)
    if kind.name == "choice" and (kind.dictionary.tree or kind.dictionary.under):  # type: ignore[attr-defined]
        return _values(field, str(typed or ""), error, reader)
    if kind.name == "tags":
        return kind.input(field, _chosen(field, typed, reader), reader)
    try:
        value = kind.parse(typed, reader)
    except Invalid:
        if kind.name in ("choice", "rating", "boolean"):
            return kind.input(field, None, reader)
        return _retyped(field, str(typed), reader)
    return kind.input(field, value, reader)


def _retyped(field: Field, typed: str, reader: Reader) -> Markup:
    if getattr(field.kind, "lines", 1) > 1:
        return field.kind.input(field, typed, reader)
    plain = Markup('<input type="text" name="{0}" id="f-{0}" value="{1}" {2}{3}>')
    return plain.format(field.key, typed, attributes(field), _INVALID)


def _chosen(field: Field, typed: Any, reader: Reader) -> list[int]:
    """The ticked values that there are."""
    found: list[int] = []
    for each in typed if isinstance(typed, list) else []:
        try:
            found += field.kind.parse([each], reader)
        except Invalid:
            continue
    return found


def _select(field: Field, options: Markup, error: str) -> Markup:
    return _SELECT.format(field.key, attributes(field), _INVALID if error else "", _OPTION.format("", "", "") + options)


def _option(value: str, label: str, chosen: str) -> Markup:
    return _OPTION.format(value, Markup(" selected") if value == chosen else "", label)


def _group(label: str, options: Markup) -> Markup:
    return Markup('<optgroup label="{}">{}</optgroup>').format(label, options) if options else Markup("")


def _regions(field: Field, chosen: str, error: str) -> Markup:
    """Provinces with their cities, as a list that every telephone knows; districts are left to who calls back."""
    found = Markup("")
    for province in regions.children(None):
        inside = [province, *(each for each in regions.children(province.code) if each.level == "city")]
        found += _group(province.name, Markup("").join(_option(each.code, each.name, chosen) for each in inside))
    return _select(field, found, error)


def _values(field: Field, chosen: str, error: str, reader: Reader) -> Markup:
    """Values of a tree by their paths; those that hang on another list under the value above them."""
    of: Dictionary = field.kind.dictionary  # type: ignore[attr-defined]
    groups: dict[str, Markup] = {}
    for item in of.offered(reader.actor):
        above = _above(of, item)
        groups[above] = groups.get(above, Markup("")) + _option(item.code, of.path(item), chosen)
    return _select(field, Markup("").join(_group(above, options) if above else options for above, options in groups.items()), error)


def _above(of: Dictionary, item: Item) -> str:
    """What stands above a value in the list on which its own hangs; empty for none."""
    root = of.line(item)[0]
    found = Dictionary(of.under).by_id(root.parent) if of.under and root.parent else None
    return found.label if found else ""


__all__ = ["control"]

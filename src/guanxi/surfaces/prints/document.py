"""The document of a template: read from the form of the editor, checked against the entity, and kept with keys in its tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from guanxi.kernel.entity import Entity
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.merge_tags.syntax import MergeError
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Invalidated
from guanxi.surfaces.prints import below
from guanxi.surfaces.prints.blocks import LONGEST, MARGINS, PAPERS, PARTS, SIDES, SORTS, STRIPS, Option
from guanxi.surfaces.prints.models import PrintPicture

MOST_BLOCKS = 100


def fresh() -> dict[str, Any]:
    """An empty sheet."""
    strips = {strip: dict.fromkeys(PARTS, "") for strip in STRIPS}
    return {"paper": "a4", "landscape": False, "margin": [20, 18, 20, 18], "size": 10, "numbers": True, **strips, "blocks": []}


def block(kind: str, **said: Any) -> dict[str, Any]:
    """A block of this sort, with what is not said as it is at first."""
    return {"kind": kind, **{option.name: _said(option, str(option.first)) for option in SORTS[kind].options}, **said}


def read(given: QueryDict) -> dict[str, Any]:
    """What the editor sent, unchecked: blocks in order, each with values under names that begin with its mark."""
    found = fresh()
    found |= {"paper": given.get("paper", "a4"), "landscape": bool(given.get("landscape")), "numbers": bool(given.get("numbers"))}
    found["margin"] = [_within(given.get(f"margin-{side}", ""), 0, 60, 18) for side in MARGINS]
    found["size"] = _within(given.get("size", ""), 6, 20, 10)
    for strip in STRIPS:
        found[strip] = {part: given.get(f"{strip}-{part}", "") for part in PARTS}
    for mark in given.getlist("block"):
        kind = given.get(f"{mark}-kind", "")
        if kind in SORTS:
            said = {option.name: _said(option, given.get(f"{mark}-{option.name}", "")) for option in SORTS[kind].options}
            found["blocks"].append({"kind": kind, **said})
    return found


def plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """A document out of a file, with nothing in it but what the editor could have sent. Raises what unreadable ones raise."""
    found = fresh()
    found |= {"paper": str(said["paper"]), "landscape": bool(said["landscape"]), "numbers": bool(said["numbers"])}
    found["margin"] = [_within(str(each), 0, 60, 18) for each, _side in zip(said["margin"], MARGINS, strict=True)]
    found["size"] = _within(str(said["size"]), 6, 20, 10)
    for strip in STRIPS:
        found[strip] = {part: str(said[strip][part]) for part in PARTS}
    for each in said["blocks"]:
        typed = {option: each.get(option.name) for option in SORTS[each["kind"]].options}
        options = {option.name: _said(option, "" if value is None or value is False else str(value)) for option, value in typed.items()}
        found["blocks"].append({"kind": each["kind"], **options})
    return found


def checked(entity: Entity, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The document as it is kept. Raises Invalidated, by the place of each block and the name of what is wrong with it."""
    errors: dict[str, str] = {}
    found = {**wish, "blocks": [_block(entity, place, each, errors) for place, each in enumerate(wish["blocks"])]}
    if wish["paper"] not in PAPERS:
        errors["paper"] = _("Choose a paper from the list.")
    if len(wish["blocks"]) > MOST_BLOCKS:
        errors["blocks"] = _("Use at most %(most)d blocks.") % {"most": MOST_BLOCKS}
    for strip in STRIPS:
        found[strip] = {part: _keyed(entity, wish[strip][part], f"{strip}-{part}", errors) for part in PARTS}
    if errors:
        raise Invalidated(errors)
    return found


def pictures(wish: Mapping[str, Any]) -> set[int]:
    """The pictures that it shows."""
    return {int(each["picture"]) for each in wish["blocks"] if each.get("picture")}


def _block(entity: Entity, place: int, said: Mapping[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    found = dict(said)
    about = entity
    if said["kind"] == "table":
        tab = below.tabs(entity).get(said["of"])
        if tab is None:
            errors[f"{place}-of"] = _("Choose one of the lists that a record has.")
            return found
        about = tab.child
    for option in SORTS[said["kind"]].options:
        name = f"{place}-{option.name}"
        if option.kind in ("text", "lines"):
            found[option.name] = _keyed(about, str(said[option.name]), name, errors)
            if option.kind == "lines" and not found[option.name].strip():
                errors.setdefault(name, _("Name at least one field."))
        elif option.kind == "picture" and not PrintPicture.objects.filter(pk=said["picture"] or 0).exists():
            errors[name] = _("Choose a picture, or upload one first.")
    return found


def _keyed(entity: Entity, text: str, name: str, errors: dict[str, str]) -> str:
    text = text.replace("\x00", "").replace("\r\n", "\n")[: LONGEST + 1]
    if len(text) > LONGEST:
        errors[name] = _("Shorten the text to %(most)d characters.") % {"most": LONGEST}
        return text
    try:
        return naming.in_keys(entity, text)
    except MergeError as error:
        errors[name] = str(error)
        return text


def _said(option: Option, given: str) -> Any:
    if option.kind == "flag":
        return bool(given)
    if option.kind == "whole":
        return _within(given, option.least, option.most, int(option.first or 0))
    if option.kind == "picture":
        return whole(given) or 0
    return given if option.kind != "side" or given in SIDES else "left"


def _within(given: str, least: int, most: int, usual: int) -> int:
    number = whole(given)
    return usual if number is None else min(max(number, least), most)


__all__ = ["block", "checked", "fresh", "pictures", "plain", "read"]

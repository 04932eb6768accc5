"""Stable names for what has only a number: fields of the company's own, their lists, departments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from guanxi.kernel import directory
from guanxi.kernel.china import pinyin
from guanxi.kernel.design import KEY, CustomEntity
from guanxi.kernel.models import CustomField

#: `own:customers.customer/visit_rating` is a field, and as the code of a list the list made for it.
OWN = re.compile(r"own:([\w.]+)/(\w+)")
_FIELD, _LIST = re.compile(r"((?:\w+\.)*)f(\d+)"), re.compile(r"field_(\d+)")
#: The key or the name of an entity that administrators designed.
_DESIGNED = re.compile(r"\bcustom\.\w+")
#: A field in the text of a formula.
_NAMED = re.compile(r"(?<=\[)f\d+(?=\])")
#: Merge tags in a text, and the fields in each.
_TAG, _KEY = re.compile(r"\{\{[^{}\n]*\}\}"), re.compile(r"\bf(\d+)\b")


class Names:
    """Both ways, as the fields are now."""

    def __init__(self) -> None:
        self.own: dict[int, str] = {}
        taken: set[str] = set()
        for row in CustomField.objects.order_by("id"):
            plain = row.options.get("code") or _plain(row.en or row.label)
            name = next(n for i in range(1, 1_000) if (n := f"own:{row.entity}/{plain}{'' if i == 1 else f'_{i}'}") not in taken)
            taken.add(name)
            self.own[row.pk] = name
        self.pk = {name: pk for pk, name in self.own.items()}
        rows = CustomEntity.objects.values_list("pk", "slug")
        self.designed = {KEY.format(pk): f"custom.{slug.replace('-', '_')}" for pk, slug in rows}
        self.here = {name: key for key, name in self.designed.items()}
        self.departments = {e.id: e.code for e in directory.departments().values()}
        self.of_code = {code: i for i, code in self.departments.items()}

    def out(self, value: Any) -> Any:
        """A document with names for numbers."""
        return _walk(value, self._named)

    def back(self, value: Any) -> Any:
        """A document with this installation's numbers for names."""
        return _walk(value, self._numbered)

    def outward(self, document: Any) -> Any:
        """A document with names for the keys of entities that administrators designed, wherever they stand."""
        return _walk(document, lambda text: _DESIGNED.sub(lambda found: self.designed.get(found[0], found[0]), text))

    def in_order(self, keys: Iterable[str]) -> list[str]:
        """Keys of entities, or what begins with one, by what they are called in the file: their numbers differ elsewhere."""
        return sorted(keys, key=self.outward)

    def inward(self, document: Any) -> Any:
        """A document with this installation's keys for these names."""
        return _walk(document, lambda text: _DESIGNED.sub(lambda found: self.here.get(found[0], found[0]), text))

    def list_out(self, code: str) -> str:
        """The name of a list."""
        found = _LIST.fullmatch(code)
        return self.own.get(int(found[1]), code) if found else code

    def list_back(self, name: str) -> str:
        """The code of a list here."""
        return f"field_{self.pk[name]}" if name in self.pk else name

    def _named(self, text: str) -> str:
        found = _FIELD.fullmatch(text)
        if not found:
            text = _NAMED.sub(lambda inside: self.own.get(int(inside[0][1:]), inside[0]), text)
            return _TAG.sub(lambda tag: _KEY.sub(lambda key: self.own.get(int(key[1]), key[0]), tag[0]), text)
        return f"{found[1]}{self.own[int(found[2])]}" if int(found[2]) in self.own else text

    def _numbered(self, text: str) -> str:
        return OWN.sub(lambda found: f"f{self.pk[found[0]]}" if found[0] in self.pk else found[0], text)


def _plain(text: str) -> str:
    read = (text if text.isascii() else "".join(pinyin.syllables(text))).lower()
    return "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in read).split()) or "field"


def _walk(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(k): _walk(v, change) for k, v in value.items()}
    return [_walk(each, change) for each in value] if isinstance(value, list | tuple) else value


__all__ = ["OWN", "Names"]

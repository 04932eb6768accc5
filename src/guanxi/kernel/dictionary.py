"""Dictionaries: the choice lists of the product, declared in code, kept in the database, shaped by administrators.

Records store a value's id; interfaces use its code. What is declared here is only the first content: `sync` adds what is
missing and never overwrites what an administrator changed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language

from guanxi.kernel import directory
from guanxi.kernel.actor import Actor
from guanxi.kernel.china.width import fold

#: What parts the levels in the path of a value, and how deep a tree of values may be.
SLASH, DEEPEST = " / ", 9
DECLARED: dict[str, Dictionary] = {}


@dataclass(frozen=True)
class Value:
    """A declared value: Chinese and English label, tag colour (b g a r v or empty), parent code and further facts."""

    zh: str
    en: str = ""
    colour: str = ""
    parent: str = ""
    default: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """A stored value as the running process knows it."""

    id: int
    code: str
    zh: str
    en: str
    colour: str
    position: int
    parent: int | None
    active: bool
    default: bool
    extra: Mapping[str, Any]
    into: int | None = None
    departments: tuple[int, ...] = ()

    @property
    def label(self) -> str:
        """The label in the active language."""
        return self.en if (get_language() or "zh").startswith("en") else self.zh


class Dictionary:
    """A reference to a choice list by code, with its first content."""

    #: Whether rules of the product go by the values: they may be called otherwise, but none comes or goes.
    fixed = False

    def __init__(self, code: str, /, **values: str | Value) -> None:
        self.code = code
        self.values = {k: v if isinstance(v, Value) else Value(v) for k, v in values.items()}
        known = DECLARED.setdefault(code, self)
        if self.values and not known.values:
            DECLARED[code] = self

    def items(self) -> list[Item]:
        """All values in order, inactive ones included."""
        return list(_known().get(self.code).values())

    def active(self) -> list[Item]:
        """The values a person may choose."""
        items = self.items()
        if not self.tree:
            return [item for item in items if item.active]
        return [item for item in items if all(each.active for each in self.line(item))]

    def open_to(self, item: Item, actor: Actor) -> bool:
        """Whether somebody may choose a value: it and all above it are offered to everybody, or to a department of his or one above."""
        named = [each.departments for each in self.line(item) if each.departments]
        return not named or actor.system or all(directory.above(actor.departments) & set(each) for each in named)

    def offered(self, actor: Actor) -> list[Item]:
        """The values that this person may choose."""
        return [item for item in self.active() if self.open_to(item, actor)]

    def by_id(self, value: int | None) -> Item | None:
        """The value with this id, if it is of this list."""
        return None if value is None else _known().get(self.code).get(value)

    def by_code(self, code: str) -> Item | None:
        """The value with this code."""
        return _known().codes(self.code).get(code)

    def by_name(self, text: str) -> Item | None:
        """The first value that has this label, in either language, or this code, as people write them."""
        names = _known().names(self.code)
        found = names.get(fold(text))
        return found if found is not None or not self.tree else names.get(_path_key(text))

    @property
    def tree(self) -> bool:
        """Whether values stand below others of the list."""
        return self.code in _known().trees()

    @property
    def under(self) -> str:
        """The code of the list by whose values an administrator lets this one be narrowed, empty for none."""
        return _known().above(self.code)

    def above(self, item: Item) -> Item | None:
        """The value of this list below which another one stands."""
        return self.by_id(item.parent)

    def line(self, item: Item) -> list[Item]:
        """A value with those above it in this list, the topmost first."""
        found = [item]
        while len(found) <= DEEPEST and (above := self.above(found[0])) is not None:
            found.insert(0, above)
        return found

    def path(self, item: Item) -> str:
        """What a value is called with those above it: “Manufacturing / Vehicles”."""
        return SLASH.join(each.label for each in self.line(item)) if self.tree else item.label

    def below(self, ids: Iterable[int]) -> set[int]:
        """These values and all that stand below them, merged ones included."""
        found = set(ids)
        if self.tree:
            for item in self.items():  # what is above stands before what is below
                if item.parent in found or item.into in found:
                    found.add(item.id)
        return found

    def doubtful(self, text: str) -> list[Item]:
        """The values that a label may mean, where there are several."""
        found = [i for i in self.active() if fold(text) in (fold(i.zh), fold(i.en))]
        return found if self.tree and len(found) > 1 and self.by_code(text) is None else []

    def id(self, code: str) -> int:
        """The id of a declared code. Raises KeyError for an unknown one: a mistake in the code, not of a person."""
        return _known().codes(self.code)[code].id

    def first(self) -> Item | None:
        """The default value, if the list has one."""
        return next((item for item in self.active() if item.default), None)


class Fixed(Dictionary):
    """A list by whose values the product's own rules go."""

    fixed = True


def _coded(items: Mapping[int, Item]) -> dict[str, Item]:
    """By code; a value that was merged is the one that it was merged into."""
    return {item.code: _in_force(item, items) for item in items.values()}


def _named(items: Mapping[int, Item]) -> dict[str, Item]:
    """By folded label and code likewise; of two with the same, the first that may be chosen."""
    backwards = list(items.values())[::-1]
    order = [*(i for i in backwards if not i.active), *(i for i in backwards if i.active)]
    names = {fold(text): _in_force(item, items) for item in order for text in (item.zh, item.en, item.code)}
    paths: dict[str, Item] = {}
    for item in order if any(i.parent in items for i in order) else ():
        line = [item]
        while len(line) <= DEEPEST and (above := items.get(line[0].parent or 0)) is not None:
            line.insert(0, above)
        for labels in ([i.zh for i in line], [i.en for i in line]):
            paths[_path_key(SLASH.join(labels))] = _in_force(item, items)
    return {**paths, **names}


def _path_key(text: str) -> str:
    """A path as people write it, the spaces about its slashes left aside."""
    return "/".join(part.strip() for part in fold(text).replace(">", "/").replace("\\", "/").split("/"))


def _in_order(items: Mapping[int, Item]) -> dict[int, Item]:
    """Each value after the one above it, those of one level as they are placed."""
    if not any(item.parent in items for item in items.values()):
        return dict(items)
    below: dict[int | None, list[Item]] = {}
    for item in items.values():
        below.setdefault(item.parent if item.parent in items else None, []).append(item)
    found: dict[int, Item] = {}
    ahead = below.get(None, [])[::-1]
    while ahead:
        item = ahead.pop()
        found[item.id] = item
        ahead += below.get(item.id, [])[::-1]
    return found


def _in_force(item: Item, items: Mapping[int, Item]) -> Item:
    while item.into in items and item.into is not None:
        item = items[item.into]
    return item


class _Cache:
    """Every list of the company, read at once and kept until `shape_version` moves."""

    def __init__(self) -> None:
        self._lists: dict[str, dict[int, Item]] | None = None
        self._codes: dict[str, dict[str, Item]] = {}
        self._names: dict[str, dict[str, Item]] = {}
        self._trees: frozenset[str] = frozenset()
        self._above: dict[str, str] = {}
        self.version: int | None = None
        self._lock = threading.Lock()

    def _load(self) -> dict[str, dict[int, Item]]:
        from guanxi.kernel.models import ChoiceList, DictionaryValue

        with self._lock:
            if self._lists is None:
                lists: dict[str, dict[int, Item]] = {}
                for row in DictionaryValue.objects.order_by("dictionary", "position", "id"):
                    item = Item(
                        row.id,
                        row.code,
                        row.zh,
                        row.en,
                        row.colour,
                        row.position,
                        row.parent_id,
                        row.active,
                        row.default,
                        row.extra,
                        row.into_id,
                        tuple(row.departments),
                    )
                    lists.setdefault(row.dictionary, {})[row.id] = item
                lists = {code: _in_order(items) for code, items in lists.items()}
                self._trees = frozenset(code for code, items in lists.items() if any(i.parent in items for i in items.values()))
                self._above = dict(ChoiceList.objects.exclude(above="").values_list("code", "above"))
                self._codes = {code: _coded(items) for code, items in lists.items()}
                self._names = {code: _named(items) for code, items in lists.items()}
                self._lists = lists
            return self._lists

    def get(self, code: str) -> dict[int, Item]:
        return (self._lists or self._load()).get(code, {})

    def codes(self, code: str) -> dict[str, Item]:
        if self._lists is None:
            self._load()
        return self._codes.get(code, {})

    def names(self, code: str) -> dict[str, Item]:
        if self._lists is None:
            self._load()
        return self._names.get(code, {})

    def above(self, code: str) -> str:
        if self._lists is None:
            self._load()
        return self._above.get(code, "")

    def trees(self) -> frozenset[str]:
        if self._lists is None:
            self._load()
        return self._trees

    def clear(self) -> None:
        self._lists = None

    def refresh(self, version: int) -> None:
        if version != self.version:
            self.version = version
            self.clear()


_cache = _Cache()
_apart: ContextVar[_Cache | None] = ContextVar("dictionaries apart", default=None)
refresh = _cache.refresh


def _known() -> _Cache:
    return _apart.get() or _cache


def clear() -> None:
    """Read the lists anew when they are next asked for."""
    _known().clear()


@contextmanager
def apart() -> Iterator[None]:
    """Keep to oneself what is read meanwhile: a change of lists which may yet be taken back is nobody else's to see."""
    token = _apart.set(_Cache())
    try:
        yield
    finally:
        _apart.reset(token)
        _cache.clear()


def sync() -> int:
    """Add declared values that the database lacks; returns how many were added."""
    from guanxi.kernel.models import DictionaryValue

    present = {(d, c): i for d, c, i in DictionaryValue.objects.values_list("dictionary", "code", "id")}
    added = 0
    for dictionary in DECLARED.values():
        for position, (code, value) in enumerate(dictionary.values.items()):
            if (dictionary.code, code) in present:
                continue
            parent = next((i for (_d, c), i in present.items() if c == value.parent), None) if value.parent else None
            row = DictionaryValue.objects.create(
                dictionary=dictionary.code,
                code=code,
                zh=value.zh,
                en=value.en or code.replace("_", " ").capitalize(),
                colour=value.colour,
                position=position,
                parent_id=parent,
                default=value.default,
                extra=dict(value.extra),
            )
            present[dictionary.code, code] = row.id
            added += 1
    clear()
    return added

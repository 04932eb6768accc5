"""What the palette offers beside records: acts on what is open or ticked, creating, pages to go to, and habits of the person.

Everything comes from where buttons and menus have it: `acts`, the menu, the views of a list, the hub of administration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.kernel import marks, one, pooled, query
from guanxi.kernel.actor import Actor
from guanxi.kernel.china import pinyin
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.entity import Entity
from guanxi.kernel.fold import fold
from guanxi.kernel.kept import Kept
from guanxi.kernel.registry import registry
from guanxi.surfaces.admin.places import PLACES
from guanxi.surfaces.pages import acts, listing
from guanxi.surfaces.pages.acts import Act
from guanxi.surfaces.pages.chrome import menu
from guanxi.surfaces.ui.environment import bounded

#: Only commands, no records, when a question begins so.
ONLY = ">"
#: How many of each kind are offered before anything is typed, for a question, and when only commands are asked for.
UNASKED, ASKED, ALL = 6, 8, 40
_RECORD = re.compile(r"/([\w-]+)/(\d{1,18})/")
_LIST = re.compile(r"/([\w-]+)/\?[^#]*")


class Group(NamedTuple):
    """Acts under one heading; `ticked` ones are about the rows that the browser names."""

    label: str
    acts: list[Act]
    ticked: bool = False


def offered(actor: Actor, text: str, record: str, rows: str, ticked: int, *, everything: bool = False) -> list[Group]:
    """What answers `text`: on the record at the address `record`, on the `ticked` rows of the list at `rows` or on `everything`
    that it matches, then at any time."""
    only = text.startswith(ONLY)
    asked = fold(text.removeprefix(ONLY).strip())
    most = ALL if only else ASKED if asked else UNASKED
    found = [
        *_on_selection(actor, rows, ticked, everything=everything),
        *_on_record(actor, record, every=bool(asked) or only),
        *_anywhere(actor),
    ]
    chosen = [
        Group(g.label, [a for a in g.acts if answers(asked, a.label) or asked in fold(a.words)][: most if not g.ticked else ALL], g.ticked)
        for g in found
    ]
    return [group for group in chosen if group.acts]


def answers(asked: str, label: str) -> bool:
    """Whether a folded question is found in a label, or in how it is read."""
    return asked in fold(label) or (asked.isascii() and any(asked in reading for reading in _readings(label)))


@lru_cache(maxsize=8_192)
def _readings(label: str) -> tuple[str, str]:
    return pinyin.initials(label).lower(), "".join(pinyin.syllables(label)).lower()


def _on_selection(actor: Actor, rows: str, ticked: int, *, everything: bool) -> Iterator[Group]:
    match = _LIST.fullmatch(rows)
    if match is None or ticked < 1:
        return
    actor = pooled.through(actor, match[1])
    entity = registry.by_slug(match[1])
    if entity is not None and actor.may(entity.key, "view"):
        found = acts.of_selection(entity, rows, actor, acts.granted(entity, actor))
        label = ngettext("%(n)s record ticked", "%(n)s records ticked", ticked) % {"n": f"{ticked:,}"}
        if everything:
            try:
                label = _("All that match: %(n)s") % {"n": _matching(entity, rows, actor)}
            except ConditionError:
                return
            found = [replace(a, sure=f"{a.label} · {label}") if a.post else a for a in found]
        yield Group(label, found, ticked=True)


def _matching(entity: Entity, rows: str, actor: Actor) -> str:
    """How many records the list at an address means."""
    state = listing.certain(QueryDict(rows.partition("?")[2]), entity, actor)
    return bounded(listing.rows_of(state, actor).bounded_count(query.COUNT_LIMIT), query.COUNT_LIMIT)


def _on_record(actor: Actor, address: str, *, every: bool) -> Iterator[Group]:
    match = _RECORD.fullmatch(address)
    if match is None:
        return
    actor = pooled.through(actor, match[1])
    entity = registry.by_slug(match[1])
    row = one.find(entity, actor, int(match[2])) if entity is not None and actor.may(entity.key, "view") else None
    if entity is None or row is None:
        return
    may = acts.verbs(entity, row, actor)
    derived = acts.of_record(entity, row, actor, may)
    at_hand = [*_on_page(entity, row, actor), *derived]
    closed = actor.right(entity.key, entity.title) in ("hidden", "masked")
    label = str(entity.label) if closed else str(getattr(row, entity.title)).split("\n", maxsplit=1)[0][:60]
    yield Group(_("On “%(title)s”") % {"title": label}, [*at_hand, *_fields(entity, row, actor, may)] if every else at_hand)


def _on_page(entity: Entity, row: Any, actor: Actor) -> Iterator[Act]:
    """What stands on the record's page outside of its head: writing about it, the star, following."""
    if entity.timeline:
        yield Act("compose", _("Write a follow-up or comment"), "message-2", press="#stream textarea[name=text]", key="w")
    if actor.pool is None:
        on = marks.on(entity, row.id, actor)
        star = _("Take the star off") if marks.STAR in on else _("Put a star on it")
        follow = _("Stop following") if marks.FOLLOWED in on else _("Follow: be told of changes and comments")
        yield Act("star", star, "star", press=".marks .star", key="s")
        yield Act("follow", follow, "bell", press=".marks .follow", key="f")


def _fields(entity: Entity, row: Any, actor: Actor, may: dict[str, bool]) -> Iterator[Act]:
    """Each field that can be edited where it stands, tags among them."""
    if may.get("edit"):
        for key, field in entity.writable(actor).items():
            if key not in entity.hidden_in_form:
                pencil = f'[hx-get="/{entity.slug}/{row.id}/_field/{key}/"]'
                yield Act(f"field-{key}", _("Edit: %(field)s") % {"field": field.label}, "pencil", press=pencil)


_always: Kept[list[Group]] = Kept(1_000)


def _anywhere(actor: Actor) -> list[Group]:
    """The same on every page: kept until rights, shape or language change."""
    return _always.get(actor, "commands", lambda: list(_at_any_time(actor)))


def _at_any_time(actor: Actor) -> Iterator[Group]:
    yield Group(_("Create"), list(_creating(actor)))
    yield Group(_("Go to"), [*_places(actor), *_views(actor), *_administration(actor)])
    yield Group(_("Do"), list(_habits(actor)))


def _creating(actor: Actor) -> Iterator[Act]:
    for entity in registry.in_menu():
        if entity.in_menu and actor.may(entity.key, "create"):
            label = _("New %(entity)s") % {"entity": entity.label}
            ask, go = (f"/{entity.slug}/new/?quick=1", "") if entity.quick else ("", f"/{entity.slug}/new/")
            yield Act(f"new-{entity.slug}", label, "plus", ask=ask, go=go)


def _places(actor: Actor) -> Iterator[Act]:
    for section in menu(actor, ""):
        for item in section["items"]:
            yield Act(item["slug"], item["label"], item["icon"], go=item["url"])
    for url, icon, label in (
        ("/notifications/", "bell", _("Notifications")),
        ("/settings/", "settings", _("Settings")),
        ("/settings/password/", "lock", _("Change password")),
        ("/settings/second/", "shield-lock", _("Second factor")),
        ("/settings/sessions/", "devices", _("Signed in at")),
    ):
        yield Act(url, label, icon, go=url)


def _views(actor: Actor) -> Iterator[Act]:
    """The views of each list, its import and its recycle bin."""
    for entity in registry.in_menu():
        if not entity.in_menu or not actor.may(entity.key, "view"):
            continue
        named = {"entities": entity.label_plural}
        for view in entity.views:
            label = _("%(entities)s: %(view)s") % {**named, "view": view.label}
            yield Act(f"{entity.slug}-{view.code}", label, entity.icon, go=f"/{entity.slug}/?view={view.code}")
        if actor.may(entity.key, "import"):
            yield Act(f"{entity.slug}-import", _("%(entities)s: import") % named, "upload", go=f"/{entity.slug}/import/")
        if actor.may(entity.key, "delete"):
            yield Act(f"{entity.slug}-bin", _("%(entities)s: recycle bin") % named, "trash", go=f"/{entity.slug}/_bin/")


def _administration(actor: Actor) -> Iterable[Act]:
    return (
        Act(place.url, str(place.label), place.icon, go=place.url, words=f"{place.words} {place.about}")
        for place in PLACES
        if place.open_to(actor)
    )


def _habits(actor: Actor) -> Iterator[Act]:
    """What the menus of the top bar do."""
    for theme, icon, label in (("light", "sun", _("Light")), ("dark", "moon", _("Dark")), ("auto", "device-desktop", _("Auto"))):
        yield Act(theme, _("Appearance: %(word)s") % {"word": label}, icon, press=f'[data-set-theme="{theme}"]')
    for density, icon, label in (("comfortable", "layout-grid", _("Comfortable")), ("compact", "list", _("Compact"))):
        yield Act(density, _("Density: %(word)s") % {"word": label}, icon, press=f'[data-set-density="{density}"]')
    yield Act("help", _("Help and keys"), "help", press="[data-help]", key="?")


__all__ = ["ONLY", "Group", "answers", "offered"]

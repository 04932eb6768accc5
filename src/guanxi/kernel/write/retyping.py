"""Another sort for an own field: looked at first, then done by a job, and taken back by going back.

The values go into a new field under the old name; the old field is retired as it is, so nothing is lost. What does not
convert stays there alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.kernel import clock, custom, findable, jobs, own_index, own_unique, versions
from guanxi.kernel.actor import SYSTEM, Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Invalid, Kind, Reader
from guanxi.kernel.models import CustomField
from guanxi.kernel.registry import registry
from guanxi.kernel.write import after, following, searching
from guanxi.kernel.write import fields as verbs
from guanxi.kernel.write.errors import Invalidated
from guanxi.kernel.write.unit import unit

KIND = "retype"
PORTION = 1_000
EXAMPLES = 10
#: Values of a text that may become a list of their own.
MOST_VALUES = 200
#: From what to what; text takes nearly everything and nearly everything is told as text.
NUMBERS = ("integer", "decimal", "money", "percent")
WAYS: dict[str, tuple[str, ...]] = {
    "text": (*NUMBERS, "rating", "duration", "boolean", "date", "datetime", "choice", "phone", "email", "url", "region", "geo", "person"),
    "integer": ("decimal", "money", "percent", "rating", "duration", "text"),
    "decimal": ("integer", "money", "percent", "text"),
    "money": ("integer", "decimal", "text"),
    "percent": ("integer", "decimal", "text"),
    "rating": ("integer", "text"),
    "duration": ("integer", "text"),
    "boolean": ("text",),
    "date": ("datetime", "text"),
    "datetime": ("date", "text"),
    "choice": ("text", "tags"),
    "phone": ("text",),
    "email": ("text",),
    "url": ("text",),
    "region": ("text",),
    "geo": ("text",),
    "person": ("text",),
}
#: Who keeps something by the key of a field: from (entity, key) to the key that its values have from now on.
_followers: list[Callable[[str, str, str], None]] = []


def followed_by(follower: Callable[[str, str, str], None]) -> None:
    """Called by each floor that says by the keys of fields who may see them: what is closed stays closed."""
    _followers.append(follower)


@dataclass
class Preview:
    """How many values there are, how many convert, and examples (value, how often, why not) of those that do not."""

    total: int = 0
    fits: int = 0
    lost: list[tuple[str, int, str]] = field(default_factory=list)
    samples: list[tuple[str, str]] = field(default_factory=list)
    #: What names the field, and whether it goes along.
    named: list[tuple[str, bool]] = field(default_factory=list)


def ways(row: CustomField) -> dict[str, verbs.Sort]:
    """What a field may become."""
    return {code: sort for code, sort in verbs.SORTS.items() if sort.kind in WAYS.get(row.kind, ()) and code != "lines"}


def converted(old: Field, value: Any, kind: Kind) -> Any:
    """A value of the old kind as one of the new. Raises Invalid."""
    reader = Reader(SYSTEM)
    if old.kind.foot and kind.foot:
        return kind.parse(value, reader)
    if old.kind.name == "datetime" and kind.name == "date":
        return kind.parse(old.kind.typed(value, reader)[:10], reader)
    told = old.kind.text(value, reader) if kind.name == "text" or old.kind.name == "text" else old.kind.typed(value, reader)
    return kind.parse(told, reader)


def preview(entity: Entity, row: CustomField, wish: verbs.Wish, *, actor: Actor) -> Preview:
    """What would become of the values, with examples for who may see them; nothing changes. Raises Invalidated."""
    kind, old, found = _kind(row, wish), custom.field_of(row), Preview()
    open_to = own_unique.tellable(entity, old.key, actor)
    found.named = following.named(_move(old, kind))
    with translation.override("zh-hans"):
        for data, number in _values(entity, old.key):
            value = old.column.load(data)  # type: ignore[attr-defined]
            found.total += number
            told = old.kind.text(value, Reader(SYSTEM))
            try:
                new = converted(old, value, kind) if kind is not None else value
            except Invalid as error:
                if len(found.lost) < EXAMPLES:
                    found.lost.append((told[:80], number, str(error)) if open_to else ("…", number, ""))
                continue
            found.fits += number
            if len(found.samples) < EXAMPLES and kind is not None and open_to:
                found.samples.append((told[:80], kind.text(new, Reader(SYSTEM))[:80]))
    return found


def _move(old: Field, kind: Kind | None, key: str = "") -> following.Move:
    def said(value: Any) -> Any:
        return value if kind is None else converted(old, value, kind)

    return following.Move(old, kind, said, key)


def _kind(row: CustomField, wish: verbs.Wish) -> Kind | None:
    """The kind that it would be; None for a list that is yet to be made of the values themselves. Raises Invalidated."""
    sort = ways(row).get(wish.sort)
    if sort is None:
        raise Invalidated({"sort": _("Choose what the field holds.")})
    if not sort.listed:
        return custom.KINDS[sort.kind](dict(sort.options))
    if row.kind == "choice":
        return custom.KINDS[sort.kind]({"dictionary": row.options["dictionary"]})
    return custom.KINDS[sort.kind]({"dictionary": wish.offers}) if wish.offers else None


def _values(entity: Entity, key: str) -> Iterator[tuple[Any, int]]:
    """(value as it is kept, how many records bear it), the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT custom -> %s, count(*) FROM "{entity.table}" WHERE custom ? %s GROUP BY 1 ORDER BY 2 DESC, 1',
            [key, key],
        )
        for data, number in cursor.fetchall():
            yield _plain(data), number


def _plain(data: Any) -> Any:
    return json.loads(data) if isinstance(data, str | bytes) else data


def convert(entity: Entity, row: CustomField, wish: verbs.Wish, *, actor: Actor) -> CustomField:
    """Retire the field and begin another of its name with the values that convert; a job brings them over. Raises Invalidated."""
    verbs.shaping(actor)
    if not row.active:
        raise Invalidated({"": _("Bring the field back first.")})
    verbs.unread(row)
    with unit(actor, verbs.DOOR):
        kind = _kind(row, wish)
        if kind is None and not own_unique.tellable(entity, f"f{row.pk}", actor):
            raise Invalidated({"offers": _("A list of the values would show them to everybody. Choose a list.")})
        if kind is None:
            wish = replace(wish, lines=_lines(entity, row))
        former = row.label, row.en
        CustomField.objects.filter(pk=row.pk).update(active=False, label=_old(row.label), en=_old(row.en) if row.en else "")
        custom.load()
        base = replace(wish, zh=former[0], en=former[1], help=row.help, required=False, unique=False, first="")
        if row.kind == "choice":
            base = replace(base, offers=row.options["dictionary"])
        new = verbs.add(entity, base, actor=actor)
        options = {**new.options, "was": row.pk}
        CustomField.objects.filter(pk=new.pk).update(
            options=options, position=row.position, shown_when=row.shown_when, asked_when=row.asked_when
        )
        new.refresh_from_db()
        if row.searched and findable.possible(entity, custom.field_of(new)):
            CustomField.objects.filter(pk=new.pk).update(searched=True)
        custom.load()
        _follow(entity.key, row, new)
        new.refresh_from_db()
        if row.quick or row.unique:
            own_index.later(row, actor=actor)
        spec = {"old": row.pk, "new": new.pk, "url": f"/admin/fields/{entity.slug}/?field={new.pk}"}
        jobs.start(KIND, _("“%(name)s” becomes another sort of field") % {"name": new.label}, actor, spec, jobs.BULK)
    return new


def _follow(entity: str, former: CustomField, now: CustomField) -> None:
    for follower in _followers:
        follower(entity, f"f{former.pk}", f"f{now.pk}")
    following.follow(_move(custom.field_of(former), custom.field_of(now).kind, f"f{now.pk}"))


def _old(name: str) -> str:
    return f"{name[: verbs.LONGEST - 16]} ({clock.today():%Y-%m-%d})"


def _lines(entity: Entity, row: CustomField) -> str:
    """A list's values out of the texts themselves, the most frequent first. Raises Invalidated."""
    found = [" ".join(str(data).replace(",", "，").split()) for data, _number in _values(entity, f"f{row.pk}")]
    if len(found) > MOST_VALUES or any(len(value) > verbs.LONGEST for value in found):
        raise Invalidated({"offers": _("There are too many different values, or too long ones, for a list. Choose a list.")})
    return "\n".join(dict.fromkeys(found))


@jobs.runner(KIND)
def bring_over(progress: jobs.Progress) -> None:
    """Portion by portion; what a record bears in the new field already stays. Running twice is harmless."""
    versions.refresh(versions.current()["shape"])
    old_row, new_row = (CustomField.objects.get(pk=progress.spec[word]) for word in ("old", "new"))
    entity, old, new = registry.get(old_row.entity), custom.field_of(old_row), custom.field_of(new_row)
    table, last = entity.table, int(progress.result or 0) if str(progress.result or "").isdecimal() else 0
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}" WHERE custom ? %s', [old.key])
        progress.total = cursor.fetchone()[0]
    while not progress.cancelled():
        with progress.slice(), unit(progress.actor, verbs.DOOR) as u, connection.cursor() as cursor:
            cursor.execute(
                f'SELECT id, custom -> %s FROM "{table}" WHERE id > %s AND custom ? %s AND NOT custom ? %s ORDER BY id LIMIT {PORTION} '
                "FOR NO KEY UPDATE",
                [old.key, last, old.key, new.key],
            )
            rows = cursor.fetchall()
            came = dict(_came(rows, old, new, progress))
            cursor.execute(
                f'UPDATE "{table}" t SET custom = custom || jsonb_build_object(%s::text, given.value), version = version + 1, updated_at = %s '
                "FROM jsonb_each(%s::jsonb) AS given (id, value) WHERE t.id = given.id::bigint",
                [new.key, clock.now(), json.dumps({str(i): value for i, value in came.items()})],
            )
            after.announce(u, entity, sorted(came), "updated", {"keys": [new.key]})
            searching.follow(entity, new, sorted(came))
            progress.advance(len(rows), done=len(came))
        if len(rows) < PORTION:
            return
        last = rows[-1][0]


def _came(rows: list[tuple[int, Any]], old: Field, new: Field, progress: jobs.Progress) -> Iterator[tuple[int, Any]]:
    """(record, value as it is kept) of what converts; the rest is told of."""
    holder: Any = type("Holder", (), {})()
    with translation.override("zh-hans"):
        for record, data in rows:
            try:
                holder.custom = {}
                new.set(holder, converted(old, old.column.load(_plain(data)), new.kind))  # type: ignore[attr-defined]
            except Invalid as error:
                progress.error(record, str(error))
                continue
            if new.key in holder.custom:
                yield record, holder.custom[new.key]


def go_back(row: CustomField, *, actor: Actor) -> CustomField:
    """Retire the new field and bring the old one back under its name, with what it held then. Raises Forbidden or Invalidated."""
    verbs.shaping(actor)
    old = CustomField.objects.filter(entity=row.entity, pk=row.options.get("was", 0), active=False).first()
    if old is None or not row.active:
        raise Invalidated({"": _("There is nothing to go back to.")})
    with unit(actor, verbs.DOOR):
        CustomField.objects.filter(pk=row.pk).update(active=False, label=_old(row.label), en=_old(row.en) if row.en else "")
        CustomField.objects.filter(pk=old.pk).update(active=True, label=row.label, en=row.en)
        custom.load()
        _follow(row.entity, row, old)
        if row.searched or old.searched:
            searching.later([registry.get(row.entity)], actor=actor)
    old.refresh_from_db()
    return old


__all__ = ["Preview", "convert", "followed_by", "go_back", "preview", "ways"]

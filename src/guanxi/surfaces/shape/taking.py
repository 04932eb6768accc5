"""Taking over a shape from a file: by the verbs of the house, in one transaction, adding, changing and retiring, deleting nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.files.storage import default_storage
from django.db import DataError, transaction
from django.utils.translation import gettext as _

from guanxi.kernel import custom, dictionary, layouts, lists, numbering
from guanxi.kernel.actor import Actor
from guanxi.kernel.dictionary import Dictionary
from guanxi.kernel.entity import Entity
from guanxi.kernel.lists import ListOf
from guanxi.kernel.models import CustomField, DictionaryValue
from guanxi.kernel.write import Invalidated, Refused, figured, numbers, reckoning, rolling, unit
from guanxi.kernel.write import entities as entity_verbs
from guanxi.kernel.write import fields as field_verbs
from guanxi.kernel.write import layouts as layout_verbs
from guanxi.kernel.write import lists as list_verbs
from guanxi.org import actors, roles
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import Role
from guanxi.surfaces.shape import designs, sections, shared, state
from guanxi.surfaces.shape.names import Names
from guanxi.surfaces.shape.retiring import Retiring
from guanxi.surfaces.shape.sections import entity_of
from guanxi.surfaces.shape.state import Difference

#: Options that are whole numbers, and the most of each.
_MOST = {"max_length": 5_000, "lines": 20, "places": 6}


class _Back(Exception):
    """It was only a look, or something was refused."""


def run(document: Mapping[str, Any], *, actor: Actor, promised: str | None = None) -> tuple[list[Difference], list[str], bool]:
    """What a file changes, what is refused of it, and whether it is done now: where `promised` is the fingerprint of exactly this
    and nothing is refused. Raises Forbidden."""
    administering(actor)
    found, refused, done = state.differences(state.described(), document), [], False
    taking = _Taking(document, actor)
    try:
        with dictionary.apart(), unit(actor, DOOR):
            refused = taking.all()
            done = promised == fingerprint(found) and not refused
            if not done:
                raise _Back
    except _Back:
        for path in taking.stored:
            default_storage.delete(path)
    finally:
        custom.load()
        numbering.load()
        layouts.clear()
        actors.forget()
        for section in sections.everything():
            section.forget()
    return found, refused, done


def fingerprint(found: Sequence[Difference]) -> str:
    """Tells whether two looks saw the same."""
    return hashlib.sha256(json.dumps([[d.verb, d.place, d.changes] for d in found]).encode()).hexdigest()


class _Taking:
    """One going through a document; what is refused is said, and the rest looked at all the same."""

    def __init__(self, document: Mapping[str, Any], actor: Actor) -> None:
        self.document, self.actor, self.refused, self.names = document, actor, list[str](), Names()
        #: Files that were put into the storage, which no database takes back.
        self.stored: list[str] = []
        self.retiring = Retiring({})

    @contextmanager
    def judged(self, *place: str) -> Iterator[None]:
        """One thing: what is refused of it is undone, and said."""
        try:
            with transaction.atomic():
                yield
        except (Refused, KeyError, TypeError, ValueError, AttributeError, RecursionError, DataError) as refusal:
            dictionary.clear()
            said = str(refusal) if isinstance(refusal, Refused) else _("This cannot be read.")
            section, *rest = place
            self.refused.append(f"{' · '.join([state.label_of(section), *map(Names().outward, rest)])}: {said}")

    def section(self, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from self.document.get(name, {}).items()

    def all(self) -> list[str]:
        """Fields first, for lists, rights and views name them; what hangs on other lists once all are there."""
        for name, table in self.section("entities"):
            with self.judged("entities", name), entity_verbs.shaped():
                designs.take(table, self.actor)
        self.document = Names().inward(self.document)
        self.retiring = Retiring(self.document)
        for key, table in self.section("fields"):
            self.fields(key, table.get("own", []))
        for key, table in self.section("entities"):
            with self.judged("entities", key):
                designs.mark(key, table)
        custom.load()
        self.names = Names()
        for name, table in self.section("lists"):
            self.hung(name, table)
        for name, table in self._hanging_last():
            self.values(name, table.get("values", []))
        for key, table in self.section("fields"):
            self.ruled(key, table.get("own", []))
        for code, table in self.section("roles"):
            with self.judged("roles", code):
                self.role(code, table)
        for key, table in self.section("views"):
            self.views(key, table.get("shared", []))
        for key, table in self.section("numbers"):
            with self.judged("numbers", key):
                self.number(key, table)
        for key, table in self.section("layouts"):
            self.layouts(key, table.get("arranged", []))
        for section in sections.everything():
            for key, table in self.section(section.name):
                with self.judged(section.name, key):
                    section.take(key, table, self)
        self.retiring.end(self)
        return self.refused

    def _hanging_last(self) -> list[tuple[str, dict[str, Any]]]:
        """The lists, each after the one on which it hangs."""
        tables = dict(self.section("lists"))

        def depth(name: str) -> int:
            steps = 0
            while (name := str(tables.get(name, {}).get("above", ""))) and steps <= len(tables):
                steps += 1
            return steps

        return sorted(tables.items(), key=lambda pair: depth(pair[0]))

    def fields(self, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """The fields of one's own of an entity."""
        for place, row in sorted(
            enumerate(rows), key=lambda pair: pair[1].get("kind") in ("formula", "rollup")
        ):  # which reads what stands already
            with self.judged("fields", key, str(row.get("code"))):
                entity = entity_of(key)
                if not field_verbs.shapeable(entity) or row["kind"] not in custom.KINDS:
                    raise Invalidated({"kind": _("This kind of field is not known here.")})
                self.field(entity, row, place)
        coded = {f"own:{key}/{row.get('code')}" for row in rows}
        for name, pk in Names().pk.items():
            if name.startswith(f"own:{key}/") and name not in coded:
                gone = CustomField.objects.get(pk=pk)
                if gone.active:
                    field_verbs.retire(gone, active=False, actor=self.actor)

    def ruled(self, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """The rules of these fields, which may name values of their lists."""
        for row in rows:
            if "unique" in row:
                with self.judged("fields", key, str(row.get("code"))):
                    self.rules(entity_of(key), row)

    def field(self, entity: Entity, row: Mapping[str, Any], place: int) -> None:
        pk = Names().pk.get(f"own:{entity.key}/{row['code']}")
        kept = CustomField.objects.filter(pk=pk or 0).first()
        if kept is not None and kept.kind != row["kind"]:
            raise Invalidated({"kind": _("It holds something else here: a field does not change what it holds.")})
        wish = field_verbs.Wish(row["zh"], row["en"], row["help"], required=bool(row["required"]))
        words = field_verbs.words_of(entity, wish, but=kept)
        values = {"position": place, **words, **self.retiring.begun(f"own:{entity.key}/{row['code']}", row)}
        if kept is None:
            kept = CustomField.objects.create(entity=entity.key, kind=row["kind"], **values)
        options = {**Names().back(dict(row["options"])), "code": row["code"]}
        if row["list"]:
            own = f"own:{entity.key}/{row['code']}"
            options["dictionary"] = f"field_{kept.pk}" if row["list"] == own else Names().list_back(row["list"])
            Dictionary(options["dictionary"])
        if row["kind"] == "rollup":
            options |= _figure(entity, options)
        if row["kind"] == "formula":
            options |= field_verbs.formula_of(entity, options["source"], kept)
        self.fitting(row["kind"], options, kept)
        custom.KINDS[row["kind"]](options)  # raises where they do not fit
        if row["kind"] == "lookup" and options["to"] not in field_verbs.referable():
            raise Invalidated({"to": _("Choose whose records the field names.")})
        wanted = {**values, "options": options}
        if any(getattr(kept, name) != value for name, value in wanted.items() if name != "options") or _told(kept.options) != _told(
            options
        ):
            CustomField.objects.filter(pk=kept.pk).update(**wanted)
            if row["kind"] == "formula":
                reckoning.later(kept, actor=self.actor)
            if row["kind"] == "rollup":
                rolling.later(kept, actor=self.actor)
        custom.load()

    @staticmethod
    def fitting(kind: str, options: Mapping[str, Any], kept: CustomField) -> None:
        """Raises Invalidated for options that no screen would give."""
        wrong = [name for name, most in _MOST.items() if name in options and options[name] not in range(most + 1)]
        if wrong or (
            kind in ("choice", "tags") and lists.get(options["dictionary"]) is None and options["dictionary"] != f"field_{kept.pk}"
        ):
            raise Invalidated({"options": _("This cannot be read.")})
        if kind == "number":
            others = CustomField.objects.filter(kind="number").exclude(pk=kept.pk).values_list("options__prefix", flat=True)
            field_verbs.prefix_of(str(options["prefix"]), others)

    def rules(self, entity: Entity, row: Mapping[str, Any]) -> None:
        """What a field begins with, when it is asked for, that no two are alike, that it is quick."""
        kept = CustomField.objects.get(pk=Names().pk[f"own:{entity.key}/{row['code']}"])
        given: dict[str, Any] = {
            "unique": bool(row["unique"]),
            "first": str(row["first"]),
            "searched": bool(row.get("searched", kept.searched)),
        }
        given |= {name: Names().back(json.loads(row[name])) for name in ("shown_when", "asked_when")}
        if any(getattr(kept, name) != value for name, value in given.items()):
            given |= {name: json.dumps(given[name]) for name in ("shown_when", "asked_when")}
            wish = field_verbs.Wish(kept.label, kept.en, kept.help, required=kept.required, **given)
            field_verbs.change(entity, kept, wish, actor=self.actor)
        if bool(row["quick"]) != kept.quick:
            field_verbs.quicken(kept, quick=bool(row["quick"]), actor=self.actor)

    def hung(self, name: str, table: Mapping[str, Any]) -> None:
        with self.judged("lists", name):
            of, names = _list(name), Names()
            above = names.list_back(str(table.get("above", "")))
            if "above" in table and above != of.dictionary.under:
                list_verbs.hang(of, above, actor=self.actor)

    def values(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """The values of a list, each after the one above it."""
        with self.judged("lists", name):
            of = _list(name)
            for row in rows:
                with self.judged("lists", name, str(row.get("code"))):
                    self.value(of, row)
            coded = [str(row["code"]) for row in rows]
            if not of.dictionary.fixed:
                gone = [item.id for item in of.items if item.active and item.code not in coded]
                DictionaryValue.objects.filter(pk__in=gone).update(active=False, default=False)
                dictionary.clear()
            ids = [item.id for code in coded if (item := of.dictionary.by_code(code)) is not None]
            list_verbs.order(of, ids, actor=self.actor)

    def value(self, of: ListOf, row: Mapping[str, Any]) -> None:
        known, names = of.dictionary, self.names
        inside = known.by_code(row["below"]) if row["below"] else None
        root = of.above.dictionary.by_code(row["under"]) if of.above and row["under"] else None
        if (row["below"] and inside is None) or (row["under"] and root is None):
            raise Invalidated({"below": _("There is no value “%(name)s” to stand below.") % {"name": row["below"] or row["under"]}})
        parent = inside.id if inside else root.id if root else None
        item = next((i for i in of.items if i.code == row["code"]), None)
        if item is None:
            made = list_verbs.add(of, row["zh"], row["en"], row["colour"], parent, code=row["code"], actor=self.actor)
            item = known.by_id(made)
            assert item is not None
        elif item.parent != parent and not (known.fixed and inside is None):
            list_verbs.move(of, item, parent, actor=self.actor)
            item = known.by_id(item.id) or item
        wish = (row["zh"], row["en"], row["colour"], bool(row["active"]), bool(row["default"]))
        if wish != (item.zh, item.en, item.colour, item.active, item.default):
            list_verbs.change(of, item, *wish[:3], active=wish[3], default=wish[4], actor=self.actor)
        if odd := [code for code in row["departments"] if code not in names.of_code]:
            raise Invalidated({"departments": _("There is no department “%(name)s”.") % {"name": odd[0]}})
        departments = sorted(names.of_code[code] for code in row["departments"])
        if departments != sorted(item.departments):
            list_verbs.open_to(of, item, departments, actor=self.actor)

    def role(self, code: str, table: Mapping[str, Any]) -> None:
        """A role with what it may; one of system administrators is only called otherwise."""
        role = Role.objects.filter(code=code).first()
        if role is None:
            role = roles.create(table["zh"], actor=self.actor, about=table["about"])
            Role.objects.filter(pk=role.pk).update(code=code, en=table["en"])
        elif (table["zh"], table["en"], table["about"]) != (role.zh, role.en, role.about):
            if table["zh"] != role.zh:
                roles.rename(role, table["zh"], table["about"], actor=self.actor)
            Role.objects.filter(pk=role.pk).update(zh=table["zh"], en=table["en"], about=table["about"])
        role = Role.objects.get(code=code)
        self.duties(role, table)
        if not role.admin:
            self.grants(role, table["grants"])
            self.rights(role, table["rights"])

    def duties(self, role: Role, table: Mapping[str, Any]) -> None:
        if bool(table["second"]) != role.second:
            roles.guard(role, second=bool(table["second"]), actor=self.actor)
        if not role.admin and (table["keeps"], bool(table["shapes"])) != (role.keeps, role.shapes):
            roles.entrust(role, table["keeps"], shapes=bool(table["shapes"]), actor=self.actor)
            role.refresh_from_db()
        if bool(table["delegable"]) != role.delegable:
            roles.delegate(role, delegable=bool(table["delegable"]), actor=self.actor)
        if bool(table["active"]) != role.active:
            roles.close(role, active=bool(table["active"]), actor=self.actor)

    def grants(self, role: Role, rows: Sequence[Mapping[str, Any]]) -> None:
        names, wanted = Names(), {(row["entity"], row["action"]): row for row in rows}
        present = {(g.entity, g.action): g for g in role.grants.all()}
        for key in sorted(wanted, key=lambda each: each[1] != "view"):  # nobody does what he does not see
            row, grant = wanted[key], present.get(key)
            ids = sorted(names.of_code[code] for code in row["departments"])
            if grant is None or (row["scope"], ids, row["territory"]) != (grant.scope, sorted(grant.departments), grant.territory):
                further = bool(row["territory"])
                roles.grant(role, entity_of(key[0]), key[1], row["scope"], actor=self.actor, departments=ids, territory=further)
            if row["review"] != (grant.review if grant else ""):
                roles.review(role, entity_of(key[0]), key[1], row["review"], actor=self.actor)
        for key in present.keys() - wanted.keys():
            roles.grant(role, entity_of(key[0]), key[1], "none", actor=self.actor)

    def rights(self, role: Role, rows: Sequence[Mapping[str, Any]]) -> None:
        names = Names()
        wanted = {(row["entity"], names.back(row["field"])): row["right"] for row in rows}
        present = {(r.entity, r.field): r.right for r in role.field_rights.all()}
        for (key, field), right in {**dict.fromkeys(present, "edit"), **wanted}.items():
            if present.get((key, field), "edit") != right:
                roles.restrict(role, entity_of(key), field, right, actor=self.actor)

    def views(self, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Shared views by name; a new one belongs to whoever takes it over."""
        for place, row in enumerate(rows):
            with self.judged("views", key, str(row.get("name"))):
                shared.take(key, row, place, self.actor)

    def layouts(self, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """How pages and forms are arranged; what the file does not name stays."""
        for row in rows:
            with self.judged("layouts", key, f"{row.get('form')}/{row.get('role')}"):
                wish = layouts.read(Names().back(json.loads(row["document"])))
                place = (str(row["form"])[:40], str(row["role"])[:40])
                if layouts.at(entity_of(key), place) != wish:
                    layout_verbs.arrange(entity_of(key), place, wish, actor=self.actor)

    def number(self, key: str, table: Mapping[str, Any]) -> None:
        entity_key, _slash, field = key.partition("/")
        entity = entity_of(entity_key)
        bound = dict(entity.fields)[Names().back(field)]
        parts = [(str(kind), str(value)) for kind, value in table["parts"]]
        made = numbers.read(entity, bound, parts, table["reset"], quick=bool(table["quick"]))
        numbers.change(entity, bound, made, actor=self.actor)


def _figure(entity: Entity, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a figure in a file counts, as somebody would choose it. Raises Invalidated."""
    child, of = str(options["child"]), str(options.get("of") or "")
    where = json.dumps(options.get("where") or [])
    return figured.of(entity, f"{child}/{options['via']}", str(options["how"]), f"{child}/{of}" if of else "", where)


def _told(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key != "code"}


def _list(name: str) -> ListOf:
    found = lists.get(Names().list_back(name))
    if found is None:
        raise Invalidated({"list": _("There is no “%(name)s” here.") % {"name": name}})
    return found


__all__ = ["fingerprint", "run"]

"""What a person may do here: derived once, drawn as buttons and menus of record and list and offered by the palette.

An act is offered where the right and the state of the record allow it; what answers it asks again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from guanxi.kernel import one, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import predicate, tree
from guanxi.kernel.entity import Action, Entity
from guanxi.kernel.merge_tags import naming
from guanxi.kernel.registry import registry
from guanxi.surfaces.channels import shelf as channels
from guanxi.surfaces.prints import shelf
from guanxi.surfaces.texts import shelf as texts


@dataclass(frozen=True)
class Act:
    """One thing to do. Exactly one of `ask` (opens in the dialogue), `post`, `go` (a page) and `press` (a control on the page) is set.

    `words` are further ones by which it is found. `place` says where a record shows it: in the bar, in the bar of wide
    screens, in its menu, or nowhere but in the palette.
    """

    code: str
    label: str
    icon: str
    ask: str = ""
    post: str = ""
    go: str = ""
    press: str = ""
    sure: str = ""
    key: str = ""
    tone: str = ""
    place: str = "menu"
    saved: bool = False
    words: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        """What makes an element do it; the address of a page is the element's own `href`."""
        if self.ask:
            found = {"hx-get": self.ask, "hx-target": "#modal"}
        elif self.post:
            found = {"hx-post": self.post, "hx-swap": "none"}
        else:
            found = {"data-press": self.press} if self.press else {}
        if self.sure:
            found["data-confirm"] = self.sure
        if self.saved:
            found["download"] = ""
        return found


def verbs(entity: Entity, row: Any, actor: Actor) -> dict[str, bool]:
    """What the actor may do with the record, the grants of its actions among them; whoever has none of these is not asked further."""
    lawful = (*(("forget",) if entity.personal else ()), *(("export",) if entity.personal or entity.card else ()))
    wanted = dict.fromkeys(("edit", "delete", "transfer", *lawful, *(a.grant for a in entity.actions)))
    return one.verbs(entity, actor, row.id, wanted) if any(actor.may(entity.key, verb) for verb in wanted) else {}


def available(entity: Entity, action: Action, row: Any, actor: Actor) -> bool:
    """Whether an action makes sense on the record now; not to who may not read what decides it."""
    try:
        return not action.when or predicate.matches(tree.parse(entity, list(action.when), actor), row, actor)
    except tree.ConditionError:
        return False


def of_record(entity: Entity, row: Any, actor: Actor, may: Mapping[str, bool]) -> list[Act]:
    """What the actor may do with one record, as its head shows it."""
    url = f"/{entity.slug}/{row.id}/"
    found = [_declared(url, row, a) for a in entity.actions if may.get(a.grant) and available(entity, a, row, actor)]
    if may.get("edit"):
        found.append(Act("edit", _("Edit"), "pencil", go=f"{url}edit/", key="e", place="bar"))
    if may.get("transfer") and not entity.parent:
        found.append(Act("transfer", _("Hand over"), "arrows-right-left", ask=f"/{entity.slug}/_transfer/?ids={row.id}", place="wide"))
    if actor.pool is None and (texts.of(entity, actor) or (may.get("edit") and writable(entity) and channels.of(actor))):
        words = "写信 邮件 短信 常用语 文本模板 mail message text"
        found.append(Act("write", _("Write"), "mail", ask=f"{url}_texts/", words=words))
    if may.get("edit") and channels.of(actor) and writable(entity):
        found.append(Act("messages", _("Messages sent"), "send", ask=f"{url}_messages/", words="已发 短信 邮件 记录 sms mail log"))
    if shelf.of(entity) and actor.pool is None:
        found.append(Act("print", _("Print"), "printer", ask=f"{url}_print/", words="打印 pdf"))
    found += [
        Act("history", _("History"), "history", ask=f"{url}_history/"),
        Act("why", _("Who can see this?"), "user-question", ask=f"{url}_why/"),
    ]
    if write.may_merge(entity, actor) and may.get("edit"):
        found.append(Act("merge", _("Merge with …"), "git-merge", ask=f"{url}_merge/"))
    if may.get("export") and entity.card:
        found.append(Act("card", _("Save as vCard"), "address-book", ask=f"/{entity.slug}/export/?ids={row.id}&format=vcf"))
    if may.get("export") and entity.personal:
        found.append(Act("dossier", _("Personal data as a file"), "file-export", go=f"{url}_dossier/", saved=True))
    if may.get("forget"):
        found.append(Act("forget", _("Erase a person"), "user-x", ask=f"{url}_forget/", tone="danger"))
    if may.get("delete"):
        sure = _("Move this record to the recycle bin?")
        found.append(Act("delete", _("Delete"), "trash", post=f"{url}delete/", sure=sure, tone="danger"))
    return [*found, *_children(entity, row, actor)]


def _declared(url: str, row: Any, action: Action) -> Act:
    address = f"{url}_action/{action.code}/" + (f"?read={row.version}" if action.as_read else "")
    ask, post = (address, "") if action.form else ("", address)
    return Act(action.code, str(action.label), action.icon, ask, post, tone="won" if action.tone == "g" else "", place="bar")


def _children(entity: Entity, row: Any, actor: Actor) -> list[Act]:
    """New records about this one, each kind once; the first has a button, the others are found by the palette."""
    found: list[Act] = []
    for child, key in registry.children(entity):
        if child.fields[key].computed or any(act.code == f"new-{child.slug}" for act in found):
            continue  # what the house fills in nobody can; the first lookup is the one meant, further ones are filled in in its form
        above = _above(entity, row, child, key)
        if above is not None and child.quick and actor.may(child.key, "create") and child.in_menu and not child.composer:
            label, ask = _("New %(entity)s") % {"entity": child.label}, f"/{child.slug}/new/?quick=1&{urlencode({key: row.id, **above})}"
            found.append(Act(f"new-{child.slug}", label, "plus", ask=ask, tone="first", place="palette" if found else "wide"))
    return found


def _above(entity: Entity, row: Any, child: Entity, key: str) -> dict[str, int] | None:
    """What else a child has to lie below, as this record knows it; None where it does not: a lead that is nobody's customer yet."""
    wanted = {k: f for k, f in child.fields.items() if k != key and f.required and f.kind.name == "lookup"}
    known = {f.kind.to: f.value(row) for f in entity.fields.values() if f.kind.name == "lookup"}  # type: ignore[attr-defined]
    found = {k: above for k, f in wanted.items() if (above := known.get(f.kind.to)) is not None}  # type: ignore[attr-defined]
    return found if len(found) == len(wanted) else None


def of_selection(entity: Entity, address: str, actor: Actor, granted: Mapping[str, bool]) -> list[Act]:
    """What the actor may do with the rows that he has ticked in the list at `address`; which they are the browser adds."""
    found: list[Act] = []
    at = lambda page: address.replace("/?", f"/{page}/?", 1)
    for action in entity.actions:
        if action.run and granted.get(action.grant):
            ask, post = (at(f"_do/{action.code}"), "") if action.form else ("", at(f"_do/{action.code}"))
            found.append(Act(action.code, str(action.label), action.icon, ask, post, tone="won" if action.tone == "g" else ""))
    if granted.get("transfer"):
        found.append(Act("share", _("Share"), "share", ask=at("_share")))
        found.append(Act("transfer", _("Hand over"), "arrows-right-left", ask=at("_transfer")))
    if granted.get("edit"):
        found.append(Act("edit", _("Edit"), "pencil", ask=at("_bulk")))
    if write.may_merge(entity, actor):
        found.append(Act("merge", _("Merge"), "git-merge", ask=f"/{entity.slug}/_merge/"))
    if granted.get("export") and any(each.sort == "blocks" for each in shelf.of(entity)):
        found.append(Act("print", _("Print"), "printer", ask=at("_print")))
    if granted.get("export"):
        found.append(Act("export", _("Export"), "download", ask=at("export")))
    if granted.get("delete"):
        found.append(Act("delete", _("Delete"), "trash", ask=at("_delete"), tone="danger"))
    return found


def writable(entity: Entity) -> bool:
    """Whether there are addresses or numbers on such records, or one step from them."""
    near = (entity, *(child for child, _key in registry.children(entity)), *naming.steps(entity).values())
    return any(field.kind.name in ("email", "phone") for each in near for field in each.fields.values())


def granted(entity: Entity, actor: Actor) -> dict[str, bool]:
    """What the actor may do with any records of an entity at all."""
    wanted: Sequence[str] = ("create", "edit", "delete", "transfer", "import", "export", *(action.grant for action in entity.actions))
    return {verb: actor.may(entity.key, verb) for verb in wanted}


__all__ = ["Act", "available", "granted", "of_record", "of_selection", "verbs"]

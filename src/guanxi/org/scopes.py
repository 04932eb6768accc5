"""How far a token reaches: all that its person may, or only to read, or only some entities. It never adds anything.

A scope is `read`, `write`, or one of these for one entity, `customers:read`. To write includes to read. None at all: everything.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from guanxi.kernel.actor import Actor
from guanxi.kernel.registry import registry

READ, WRITE = "read", "write"
#: What administrators do by a program of theirs: it has to be named, for `write` is about records.
WEBHOOKS = "webhooks"
#: Actions of somebody who only reads.
READING = frozenset({"view", "export"})
KEPT = 256
_narrowed: OrderedDict[tuple[int, tuple[str, ...]], Actor] = OrderedDict()


def known(scope: str) -> bool:
    """Whether it is a scope at all."""
    slug, colon, verb = scope.rpartition(":")
    return verb in (READ, WRITE) and (not colon or slug == WEBHOOKS or any(entity.slug == slug for entity in registry))


def manages(slug: str, verb: str, scopes: Iterable[str]) -> bool:
    """Whether a token that reaches so far says by name that it is for this."""
    return any(f"{slug}:{each}" in scopes for each in ((READ, WRITE) if verb == READ else (WRITE,)))


def may_write(scopes: Iterable[str]) -> bool:
    """Whether anything may be written."""
    return any(scope.rpartition(":")[2] == WRITE for scope in scopes)


def may_write_to(slug: str, scopes: Iterable[str]) -> bool:
    """Whether anything of this entity may be written; none given is all."""
    given = set(scopes)
    return not given or bool({WRITE, f"{slug}:{WRITE}"} & given)


def within(asked: Sequence[str], given: Sequence[str]) -> bool:
    """Whether each scope asked for lies within those given; none given is all."""
    return not given or all(_covered(scope, given) for scope in asked)


def _covered(scope: str, given: Sequence[str]) -> bool:
    slug, colon, verb = scope.rpartition(":")
    if slug == WEBHOOKS:
        return manages(slug, verb, given)
    verbs = (WRITE,) if verb == WRITE else (READ, WRITE)
    return any(one in given for v in verbs for one in (v, *([f"{slug}:{v}"] if colon else [])))


def narrowed(actor: Actor, scopes: Sequence[str]) -> Actor:
    """The actor as the token lets him be. The same one for the same actor, so that what is kept for him is found again."""
    if not scopes:
        return actor
    key = (actor.serial, tuple(scopes))
    found = _narrowed.get(key)
    if found is None:
        found = _narrowed[key] = _narrow(actor, frozenset(scopes))
        while len(_narrowed) > KEPT:
            _narrowed.popitem(last=False)
    return found


def _narrow(actor: Actor, scopes: frozenset[str]) -> Actor:
    slugs = {entity.key: entity.slug for entity in registry}

    def kept(entity: str, action: str) -> bool:
        verbs = (READ, WRITE) if action in READING else (WRITE,)
        return any(verb in scopes or f"{slugs.get(entity, '')}:{verb}" in scopes for verb in verbs)

    grants = {key: arms for key, arms in actor.grants.items() if kept(*key)}
    bare = _narrow(actor.bare, scopes) if actor.bare is not None else None
    return replace(actor, grants=grants, bare=bare, administers=False, keeps=frozenset(), shapes=False)


__all__ = ["READ", "WEBHOOKS", "WRITE", "known", "manages", "may_write", "may_write_to", "narrowed", "within"]

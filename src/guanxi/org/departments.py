"""The tree of departments: grown, renamed, moved, merged and closed, people and records coming along.

Each verb says who acts and is refused to whoever does not look after that part of the tree. The tree has no cycles and keeps a root that is open;
a closed department keeps its history and stands in nobody's way.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from guanxi.kernel.actor import Actor
from guanxi.kernel.directory import below
from guanxi.kernel.directory import departments as known
from guanxi.kernel.write import Forbidden, Invalidated, unit
from guanxi.kernel.write.stamps import relocate
from guanxi.org import actors, directory, reach
from guanxi.org.duty import DOOR, administering
from guanxi.org.models import Department, Membership, Team, User

LONGEST, LONGEST_CODE = 80, 40


def _accounts() -> Mapping[int, int]:
    counted = User.objects.filter(is_active=True).exclude(department=None).values_list("department").annotate(n=Count("id"))
    return dict(counted)


#: Who knows how many people work in each department; an area that keeps people without accounts puts itself last.
COUNTS: list[Callable[[], Mapping[int, int]]] = [_accounts]


def people() -> Mapping[int, int]:
    """How many people work in each department itself, by its id."""
    return COUNTS[-1]()


def create(name: str, above: Department | None, *, actor: Actor, code: str = "", active: bool = True) -> Department:
    """A new department, below another or as a further root. Raises Forbidden or Invalidated.

    System administrators may give it a code, or found it closed, as one that comes from elsewhere with its past.
    """
    reach.growing(above, actor)
    if code or not active:
        administering(actor)
    with _tree(actor):
        if active:
            _open(above)
        name = _named(name, above) if active else _worded(name)
        code = _coded(code) if code else f"d-{secrets.token_hex(4)}"
        last = Department.objects.filter(parent=above).aggregate(last=Max("position"))["last"]
        return Department.objects.create(name=name, code=code, parent=above, position=(last or 0) + 1, active=active)


def recode(department: Department, code: str, *, actor: Actor) -> None:
    """Another code, by which files and other systems name it. Raises Forbidden or Invalidated."""
    administering(actor)
    with _tree(actor):
        department.code = _coded(code, but=department)
        department.save(update_fields=["code"])


def change(department: Department, name: str, head: User | None, *, actor: Actor) -> None:
    """Another name or head. Raises Forbidden or Invalidated."""
    reach.shaping(department, actor)
    if head is not None and head.pk != department.head_id and not reach.covers(actor, head):
        raise Invalidated({"head": _("Choose a head among the ordinary colleagues whom you look after.")})
    if head is not None and head.pk != department.head_id and not reach.everywhere(actor) and reach.widens(actors.resolve(head), actor):
        raise Invalidated({"head": _("As head %(name)s would see more than you do. Ask a system administrator.") % {"name": head.name}})
    if head is not None and not head.is_active:
        raise Invalidated({"head": _("%(name)s no longer works here. Choose somebody who does.") % {"name": head.name}})
    with _tree(actor):
        department.name, department.head = _named(name, department.parent, but=department), head
        department.save(update_fields=["name", "head"])


def place(department: Department, above: Department | None, *, actor: Actor) -> None:
    """Put a department with all below it under another, or make it a root. Raises Forbidden or Invalidated."""
    reach.moving(department, above, actor)
    with _tree(actor):
        _untouched(department, actor)
        _open(above)
        if above is not None and above.pk in _below(department):
            raise Invalidated({"above": _("“%(name)s” cannot stand below itself.") % {"name": department.name}})
        _named(department.name, above, but=department)
        department.parent = above
        department.save(update_fields=["parent"])


def found(department: Department, *, company: bool, actor: Actor) -> None:
    """Mark a department as the head of a company of its own, such as a dealer, or no longer. Raises Forbidden."""
    administering(actor)
    with _tree(actor):
        department.company = company
        department.save(update_fields=["company"])


def merge(department: Department, into: Department, *, actor: Actor) -> int:
    """People, records and departments below go to another department, and this one is closed; how many accounts moved.

    Raises Forbidden or Invalidated.
    """
    reach.moving(department, into, actor)
    with _tree(actor):
        _untouched(department, actor)
        _open(into)
        if into.pk in _below(department):
            raise Invalidated({"into": _("Choose a department that is not “%(name)s” or below it.") % {"name": department.name}})
        moved = User.objects.filter(department=department).update(department=into)
        elsewhere = Membership.objects.filter(department=into).values("user")
        Membership.objects.filter(department=department, user__in=elsewhere).delete()
        Membership.objects.filter(department=department).update(department=into)
        Department.objects.filter(parent=department).update(parent=into)
        Team.objects.filter(company=department).update(company=into)
        directory.clear()
        relocate(department.pk, into.pk, actor=actor, door=DOOR)
        department.active = False
        department.save(update_fields=["active"])
    return moved


def close(department: Department, *, active: bool, actor: Actor) -> None:
    """Close a department in which nobody works, or open it again. Raises Forbidden or Invalidated."""
    reach.shaping(department, actor)
    with _tree(actor):
        if active:
            _open(department.parent)
            _named(department.name, department.parent, but=department)
        else:
            _closable(department)
        department.active = active
        department.save(update_fields=["active"])


def _untouched(department: Department, actor: Actor) -> None:
    """Whom somebody does not look after he does not move, wherever below they work; nor himself, to see further."""
    if reach.everywhere(actor):
        return
    branch = _below(department)
    within = User.objects.filter(Q(department__in=branch) | Q(memberships__department__in=branch)).distinct()
    for user in within:
        if user.pk == actor.id:
            raise Forbidden(_("You work there yourself. Ask a system administrator to move it."))
        reach.over(user, actor)


def _closable(department: Department) -> None:
    words = {"name": department.name, "n": people().get(department.pk, 0)}
    if words["n"]:
        text = _("“%(name)s” has people in it still: %(n)d. Merge it into another department, or move them first.")
        raise Invalidated({"department": text % words})
    if Department.objects.filter(parent=department, active=True).exists():
        raise Invalidated({"department": _("There are departments below “%(name)s”. Move or close those first.") % words})
    if not Department.objects.filter(parent=None, active=True).exclude(pk=department.pk).exists() and department.parent_id is None:
        raise Invalidated({"department": _("A company keeps at least one department at the top.")})


@contextmanager
def _tree(actor: Actor) -> Iterator[None]:
    """A unit of administration in which nobody else changes the tree; what this process knows of it is read again."""
    try:
        with unit(actor, DOOR):
            list(Department.objects.select_for_update().order_by("pk").values_list("pk"))
            directory.clear()
            yield
    finally:
        directory.clear()


def _below(department: Department) -> frozenset[int]:
    return below(known(), frozenset({department.pk}))


def _open(department: Department | None) -> None:
    if department is not None and not department.active:
        raise Invalidated({"above": _("“%(name)s” is closed. Choose a department that is open.") % {"name": department.name}})


def _named(name: str, above: Department | None, but: Department | None = None) -> str:
    name = _worded(name)
    beside = Department.objects.filter(parent=above, active=True, name__iexact=name)
    if beside.exclude(pk=but.pk if but else 0).exists():
        raise Invalidated({"name": _("There is a department “%(name)s” in this place already.") % {"name": name}})
    return name


def _worded(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())
    if not name or len(name) > LONGEST:
        raise Invalidated({"name": _("Give the department a name of at most 80 characters.")})
    return name


def _coded(code: str, but: Department | None = None) -> str:
    code = "".join(code.replace("\x00", "").split())
    if not code or len(code) > LONGEST_CODE:
        raise Invalidated({"code": _("A code has at most %(most)d characters.") % {"most": LONGEST_CODE}})
    if Department.objects.filter(code=code).exclude(pk=but.pk if but else 0).exists():
        raise Invalidated({"code": _("Another department has the code “%(code)s” already.") % {"code": code}})
    return code

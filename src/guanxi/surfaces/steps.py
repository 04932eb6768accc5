"""First steps that belong to no area: finding things again, and what whoever looks after accounts does first."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from guanxi.kernel import marks
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Mark
from guanxi.org.models import Department, User
from guanxi.surfaces.guide import Step, register


def starred(actor: Actor, since: datetime) -> bool:
    """Whether he has put a star on something."""
    return Mark.objects.filter(person=actor.id or 0, kind=marks.STAR, at__gte=since).exists()


def departments(actor: Actor, since: datetime) -> bool:
    """Whether the company has more than its head."""
    return Department.objects.filter(active=True).count() > 1


def colleagues(actor: Actor, since: datetime) -> bool:
    """Whether anybody else has an account."""
    return User.objects.filter(is_active=True).exclude(pk=actor.id or 0).exists()


def protected(actor: Actor, since: datetime) -> bool:
    """Whether his own account asks for more than a password."""
    return bool(User.objects.get(pk=actor.id or 0).second)


def _administers(actor: Actor) -> bool:
    return actor.administers


register(
    Step(
        "departments", _("Draw your departments"), _("Who sees what follows from them."), "sitemap", "/admin/departments/", departments,
        order=10, shown=_administers,
    ),
    Step(
        "colleagues", _("Give your colleagues accounts"), _("One by one, or many from a list."), "users", "/admin/accounts/", colleagues,
        order=11, shown=_administers,
    ),
    Step(
        "second", _("Protect your account"), _("A second factor keeps out whoever learns your password."), "shield-lock", "/settings/second/",
        protected, order=12, shown=_administers,
    ),
    Step(
        "star", _("Find it again"), _("Press Ctrl K, type a few letters, open it and put a star on it."), "star", "", starred,
        order=60, shown=lambda actor: bool(actor.grants),
    ),
)  # fmt: skip

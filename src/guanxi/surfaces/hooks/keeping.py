"""What administrators say of a webhook: kept when it makes sense, the secret sealed and shown once."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from guanxi.kernel import clock, jobs, sealed
from guanxi.kernel.actor import Actor
from guanxi.kernel.condition import tree
from guanxi.kernel.condition.tree import ConditionError
from guanxi.kernel.registry import registry
from guanxi.kernel.write import Invalidated, unit
from guanxi.org import secret as programs
from guanxi.org.duty import DOOR, administering
from guanxi.surfaces import letters
from guanxi.surfaces.hooks import sending, taking
from guanxi.surfaces.hooks.models import Webhook

PREFIX = programs.PREFIX


def keep(hook: Webhook, where: str, *, actor: Actor) -> str:
    """Store it; the secret where it is new, else nothing. Raises Forbidden or Invalidated."""
    administering(actor)
    errors = _objections(hook)
    if "entity" not in errors and "person" not in errors:
        try:
            hook.where = tree.read(where) if where.strip() else []
            tree.parse(registry.get(hook.entity), hook.where, jobs.resolved(hook.person_id))
        except ConditionError as problem:
            errors["where"] = str(problem)
    if errors:
        raise Invalidated(errors)
    secret = ""
    with unit(actor, DOOR):
        if not hook.pk:
            hook.created_by, hook.created_at, secret = actor.id, clock.now(), programs.give(hook, "secret", _sealed)
        if hook.active and not Webhook.objects.filter(active=True).exists():
            taking.skip()
        hook.save()
    return secret


def renew(hook: Webhook, *, actor: Actor) -> str:
    """Another secret; the former one signs nothing from now on. Raises Forbidden."""
    return programs.renew(hook, "secret", _sealed, actor=actor)


def remove(hook: Webhook, *, actor: Actor) -> None:
    """With its log. Raises Forbidden."""
    administering(actor)
    with unit(actor, DOOR):
        hook.delete()


def _sealed(secret: str) -> str:
    return sealed.seal(secret, about=sending.ABOUT)


def _objections(hook: Webhook) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not hook.name or len(hook.name) > 60:
        errors["name"] = _("Give it a name of at most 60 characters.")
    if hook.entity not in {entity.key for entity in registry}:
        errors["entity"] = _("Choose what it is about.")
    if not hook.kinds or set(hook.kinds) - set(taking.KINDS):
        errors["kinds"] = _("Choose at least one kind of change.")
    if hook.person_id is None or not hook.person.is_active:
        errors["person"] = _("Choose the person whose rights decide what is told.")
    if why := _address(hook.address):
        errors["address"] = why
    return errors


def _address(address: str) -> str:
    try:
        parts = urlsplit(address)
        whole = bool(parts.hostname) and not (parts.fragment or parts.username or parts.password) and len(address) <= 500
        inside = parts.netloc.lower() in settings.GUANXI_WEBHOOK_HOSTS
    except ValueError:
        whole = inside = False
    if not whole or not (parts.scheme == "https" or (inside and parts.scheme == "http")) or not address.isascii():
        return _("Give the whole address of the other program; it must begin with https.")
    return ""


@letters.writer("webhook_failing")
def failing(hook: int) -> None:
    """To who made it: nothing gets through any more."""
    from guanxi.org.models import User

    row = Webhook.objects.filter(pk=hook).first()
    maker = User.objects.filter(pk=row.created_by or 0, is_active=True).exclude(email="").first() if row else None
    if row and maker:
        name = row.name
        letters.send(
            maker,
            maker.email,
            lambda: (
                _("The webhook “%(name)s” does not get through") % {"name": name},
                [
                    _(
                        "The other program has not accepted what was told to it for about a day. What waits is tried further; look at the log."
                    )
                ],
                _("Look at the log"),
                f"/admin/webhooks/{hook}/",
            ),
        )


__all__ = ["keep", "remove", "renew"]

"""The second factor of a sign-in: a code from a phone, a passkey (`passkeys`), or one of ten recovery codes.

Secrets, codes and their arithmetic are django-allauth's; here stand who may do what with them, that they are encrypted at
rest, and that a code is good once in all processes. Whether somebody has a factor is kept on the account itself, so that
no request has to ask, and so that the trail of administration tells who took it away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.utils import user_pk_to_url_str
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanxi.kernel import sealed, tally
from guanxi.kernel.actor import Actor
from guanxi.kernel.write import Forbidden, Invalidated, unit
from guanxi.org import reach
from guanxi.org.duty import DOOR
from guanxi.org.models import User

ABOUT, PROPOSED = "second factor", "second_factor"
#: A code is shown for half a minute and taken half a minute before and after: it is remembered for longer than that.
REMEMBERED = 180
OWN_DOOR = "web"


class Adapter(DefaultMFAAdapter):
    """What django-allauth asks us: how secrets are kept, and what the phone calls this account."""

    def encrypt(self, text: str) -> str:
        """For the database."""
        return sealed.seal(text, about=ABOUT)

    def decrypt(self, encrypted_text: str) -> str:
        """From the database."""
        return sealed.unseal(encrypted_text, about=ABOUT)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the address of the house, whatever a request claims."""
        return {"id": urlsplit(settings.GUANXI_URL).hostname or "localhost", "name": "Guanxi"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """What the device stores of the person."""
        return {"id": user_pk_to_url_str(user).encode(), "name": user.login, "display_name": user.name}

    def get_totp_label(self, user: Any) -> str:
        """Beside the name of the house."""
        return str(user.login)


class Totp(totp.TOTP):
    """A code is good once, whichever process takes it."""

    def _mark_code_used(self, code: str) -> bool:
        return tally.add("second factor", self.instance.user_id, normalize_user_code(code), seconds=REMEMBERED) == 1


def propose(request: HttpRequest, *, anew: bool = False) -> str:
    """The secret that the person is about to set up; it waits, sealed, in his session."""
    kept = "" if anew else request.session.get(PROPOSED, "")
    if not kept:
        kept = request.session[PROPOSED] = sealed.seal(totp.generate_totp_secret(), about=PROPOSED)
    return sealed.unseal(kept, about=PROPOSED)


def settle(request: HttpRequest) -> None:
    """What was proposed is set up or no longer wanted."""
    request.session.pop(PROPOSED, None)


def address(user: User, secret: str) -> str:
    """What the phone reads from the picture."""
    return Adapter().build_totp_url(user, secret)


def picture(user: User, secret: str) -> str:
    """The same as a square of SVG."""
    return Adapter().build_totp_svg(address(user, secret))


def set_up(user: User, secret: str, code: str, *, actor: Actor) -> list[str]:
    """The phone of the person from now on, if it shows the right code; returns his recovery codes. Raises Invalidated."""
    if not totp.validate_totp_code(secret, code):
        raise Invalidated({"code": _("This is not the code that the app shows now.")})
    with unit(actor, OWN_DOOR):
        _of(user, Authenticator.Type.TOTP).delete()
        instance = totp.TOTP.activate(user, secret).instance
        Totp(instance)._mark_code_used(code)
        codes = fresh_codes(user)
        recount(user)
    return codes


def renew_codes(user: User, *, actor: Actor) -> list[str]:
    """Ten new recovery codes; the old ones are void. Raises Invalidated."""
    if not user.second:
        raise Invalidated({"code": _("Set up the second factor first.")})
    with unit(actor, OWN_DOOR):
        return fresh_codes(user)


def codes_left(user: User) -> int:
    """How many recovery codes are not used yet."""
    found = _of(user, Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(found).get_unused_codes()) if found else 0


def passes(user: User, code: str) -> bool:
    """Whether this is the code of the moment, or a recovery code that was not used yet; either is good once."""
    takes: dict[str, Callable[[Authenticator], Any]] = {Authenticator.Type.TOTP: Totp, Authenticator.Type.RECOVERY_CODES: RecoveryCodes}
    for found in Authenticator.objects.filter(user=user, type__in=takes):
        if takes[found.type](found).validate_code(code):
            found.record_usage()
            return True
    return False


def give_up(user: User, which: Any, *, actor: Actor) -> None:
    """Some of the factors are no more; where none is left, the password is enough, unless a role of his forbids it. Raises Forbidden."""
    with unit(actor, OWN_DOOR):
        which.filter(user=user).delete()
        recount(user)
        if actor.guarded and not user.second:
            raise Forbidden(_("One of your roles asks for a second factor. Set up another one before you remove the last."))


def app(user: User) -> Any:
    """The app on the phone, if it is set up."""
    return _of(user, Authenticator.Type.TOTP)


def take(user: User, *, actor: Actor) -> None:
    """An administrator removes it: the phone is lost. Every session ends. Raises Forbidden or Invalidated."""
    reach.looking_after(actor)
    if user.pk == actor.id:
        raise Invalidated({"user": _("Remove your own second factor in your settings.")})
    reach.over(user, actor)
    with unit(actor, DOOR):
        Authenticator.objects.filter(user=user).delete()
        recount(user)
        User.objects.filter(pk=user.pk).update(epoch=F("epoch") + 1)


def recount(user: User) -> None:
    """Inside a unit, after factors have come or gone: recovery codes alone are no second factor."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    user.second = Authenticator.objects.filter(user=user, type__in=kinds).exists()
    if not user.second:
        Authenticator.objects.filter(user=user).delete()
    User.objects.filter(pk=user.pk).update(second=user.second)


def fresh_codes(user: User) -> list[str]:
    """Inside a unit: ten new ones."""
    _of(user, Authenticator.Type.RECOVERY_CODES).delete()
    return RecoveryCodes.activate(user).generate_codes()


def _of(user: User, kind: str) -> Any:
    return Authenticator.objects.filter(user=user, type=kind)

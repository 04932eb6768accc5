"""Passwords: the one that the README prints is no secret, and what is delicate asks for one's own once more."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from guanxi.kernel import tally
from guanxi.org.backend import DEMO_PASSWORD
from guanxi.org.models import User

#: Guesses at an open desk, in a window of so many seconds.
TRIES, PAUSE = 10, 300


def objection(user: User, password: str) -> str:
    """Why this does not show that it is the person himself; empty when it does. Who has no password need not give one."""
    if not user.has_usable_password():
        return ""
    if tally.add("own password", user.pk, seconds=PAUSE) > TRIES:
        return _("Too many attempts. Wait five minutes, then try again.")
    if not user.check_password(password):
        return _("This is not your present password.")
    tally.forget("own password", user.pk)
    return ""


class NotTheDemoPassword:
    """Refuses the password of the demo company."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        if password == DEMO_PASSWORD:
            raise ValidationError(self.get_help_text(), code="demo_password")

    def get_help_text(self) -> str:
        """What to do instead."""
        return _("Everybody knows the password of the demo. Choose another one.")

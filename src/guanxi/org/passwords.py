"""A rule for passwords: the one that the README prints is no secret."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from guanxi.org.backend import DEMO_PASSWORD


class NotTheDemoPassword:
    """Refuses the password of the demo company."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        if password == DEMO_PASSWORD:
            raise ValidationError(self.get_help_text(), code="demo_password")

    def get_help_text(self) -> str:
        """What to do instead."""
        return _("Everybody knows the password of the demo. Choose another one.")

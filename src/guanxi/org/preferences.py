"""How a person likes to work: small habits that follow him to every device."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from guanxi.org.models import User


def keep(user: User, word: str, value: Any) -> None:
    """Keep one habit; the others stay as they are, whoever keeps one of them at the same moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE org_user SET preferences = preferences || %s::jsonb WHERE id = %s",
            [json.dumps({word: value}, ensure_ascii=False), user.pk],
        )
    user.preferences = {**user.preferences, word: value}


__all__ = ["keep"]

"""The Jinja2 environment of every page: strict escaping, gettext, static addresses, number words."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import jinja2
from django.template import engines
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from markupsafe import Markup

from guanxi.kernel.fields.money import show_amount, show_short


def environment(**options: Any) -> jinja2.Environment:
    """Called by Django's Jinja2 backend with its options."""
    options["autoescape"] = True
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    env = jinja2.Environment(**options)
    env.globals.update({"static": static, "url": reverse, "_": gettext, "gettext": gettext, "ngettext": ngettext})
    env.filters.update({"money": show_amount, "money_short": show_short, "query": query, "json": document, "bounded": bounded})
    return env


def drawn(template: str, context: dict[str, Any]) -> Markup:
    """A template outside of a request: a part that several answers share."""
    env: jinja2.Environment = engines["jinja2"].env  # type: ignore[attr-defined]
    return Markup(env.get_template(template).render(context))


def query(values: dict[str, Any]) -> str:
    """A query string of the values that are not empty."""
    return urlencode({k: v for k, v in values.items() if v not in (None, "", [], {})}, doseq=True)


def document(value: Any) -> Markup:
    """JSON for a script element or attribute: no character that could end either."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    for char in "<>&'":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)


def bounded(count: int, most: int = 999) -> str:
    """1,206 up to a limit, 999+ beyond it."""
    return f"{most:,}+" if count > most else f"{count:,}"

"""The part of the OpenAPI document that speaks of webhooks, for programs of administrators."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from guanxi.surfaces.api import described
from guanxi.surfaces.api.pieces import BASE, ID, ok, operation, page, query, results


def paths(*, writes: bool) -> dict[str, Any]:
    """For administrators: where what is told, the log of it, and telling it once more."""
    everything = _kept()
    if writes:
        return everything
    return {path: {k: v for k, v in item.items() if k in ("get", "parameters")} for path, item in everything.items() if "get" in item}


def _kept() -> dict[str, Any]:
    """All of it."""
    base, sent = f"{BASE}/webhooks", {"202": ok({"$ref": "#/components/schemas/Delivery"})}
    hook = {**ID, "name": "hook"}
    one, made = ok({"$ref": "#/components/schemas/Webhook"}), ok({"$ref": "#/components/schemas/NewWebhook"})
    delivery = {"name": "delivery", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    log = operation("webhook_log", _("What was told"), {"200": ok(page("Delivery"))}, parameters=[query("before", "Of the `next` address")])
    return {
        base: {
            "get": operation("webhooks", _("Webhooks"), {"200": ok(results("Webhook"))}),
            "post": operation("make_webhook", _("New webhook"), {"201": made}, body=described.HOOK),
        },
        f"{base}/{{hook}}": {
            "parameters": [hook],
            "get": operation("get_webhook", _("Webhook"), {"200": one}),
            "patch": operation("change_webhook", _("Webhook"), {"200": one}, body=described.CHANGED_HOOK),
            "delete": operation("remove_webhook", _("Webhook"), {"204": {"description": "OK"}}, writes=True),
        },
        f"{base}/{{hook}}/secret": {"parameters": [hook], "post": operation("renew_webhook", _("New secret"), {"200": made}, writes=True)},
        f"{base}/{{hook}}/deliveries": {"parameters": [hook], "get": log},
        f"{base}/{{hook}}/test": {"parameters": [hook], "post": operation("test_webhook", _("Send a test"), sent, writes=True)},
        f"{base}/{{hook}}/deliveries/{{delivery}}/replay": {
            "parameters": [hook, delivery],
            "post": operation("replay_delivery", _("Once more"), sent, writes=True),
        },
    }


__all__ = ["paths"]

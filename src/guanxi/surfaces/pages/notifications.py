"""What one has been told, behind the bell."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import directory, notices
from guanxi.kernel.fields.dates import ago
from guanxi.surfaces.pages.frame import actor_of, go, page, signed_in

#: What happened, as a sentence that begins with who did it and ends with the record.
WORDS = {
    notices.MENTIONED: (gettext_lazy("mentioned you on"), "at"),
    "commented": (gettext_lazy("commented on"), "message-2"),
    "transfer": (gettext_lazy("handed over"), "arrows-right-left"),
    "assigned": (gettext_lazy("gave out of the pool"), "user-plus"),
    "claimed": (gettext_lazy("claimed from the pool"), "hand-grab"),
    "released": (gettext_lazy("handed back to the pool"), "ripple"),
    "recycled": (gettext_lazy("fell into the pool by rule"), "ripple"),
    "deleted": (gettext_lazy("moved to the recycle bin"), "trash"),
    "collected": (gettext_lazy("received by a collection form"), "forms"),
    "attached": (gettext_lazy("added a file to"), "paperclip"),
}
CHANGED = (gettext_lazy("changed"), "pencil")


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """The latest notices; what is unread stands out."""
    lines = [_line(told) for told in notices.of(actor_of(request))]
    context = {"lines": lines, "unread": sum(line["unread"] for line in lines)}
    return page(request, "pages/notifications.html", context, title=_("Notifications"))


def _line(told: notices.Told) -> dict[str, Any]:
    words, icon = WORDS.get(told.verb, CHANGED)
    return {
        "who": directory.person_name(told.actor) or _("System"),
        "words": str(words),
        "icon": icon,
        "kind": str(told.entity.label),
        "title": told.title,
        "url": f"/{told.entity.slug}/{told.record}/",
        "text": told.text,
        "when": ago(told.at),
        "exact": timezone.localtime(told.at).strftime("%Y-%m-%d %H:%M"),
        "unread": told.unread,
    }


@signed_in
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """All of it is read."""
    notices.read(actor_of(request))
    return go(request, "/notifications/")


urls = [path("notifications/", show), path("notifications/read/", read)]

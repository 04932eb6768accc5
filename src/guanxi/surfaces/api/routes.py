"""Addresses of the API. A slug is looked up in the registry; a slash at the end is forgiven."""

from __future__ import annotations

from typing import Any, NoReturn

from django.http import HttpRequest
from django.urls import path, re_path

from guanxi.kernel.actor import Actor
from guanxi.surfaces.api import (
    bulk,
    changes,
    collection,
    files,
    finding,
    guide,
    item,
    merge,
    messages,
    meta,
    oauth,
    openapi,
    participants,
    review,
    transfer,
    webhooks,
)
from guanxi.surfaces.api.door import resource
from guanxi.surfaces.api.problems import missing
from guanxi.surfaces.mcp import http as mcp


def nothing(request: HttpRequest, actor: Actor, **named: Any) -> NoReturn:
    """There is no such address."""
    raise missing()


_SLUG = r"^api/v1/(?P<slug>[a-z0-9-]+)"
_ITEM = _SLUG + r"/(?P<record_id>[0-9]{1,18})"
_HOOK = r"^api/v1/webhooks/(?P<hook>[0-9]{1,18})"

urls = [
    path("oauth/token", oauth.token),
    path("api/docs/", guide.show),
    path("mcp", resource(POST=mcp.post)),
    re_path(r"^api/v1/openapi\.json$", resource(GET=openapi.show)),
    re_path(r"^api/v1/meta/entities/?$", resource(GET=meta.entities)),
    re_path(r"^api/v1/changes/?$", resource(GET=changes.read)),
    re_path(r"^api/v1/reviews/(?P<number>[0-9]{1,18})/?$", resource(GET=review.read)),
    re_path(r"^api/v1/search/?$", resource(GET=finding.read)),
    re_path(r"^api/v1/files/(?P<file_id>[0-9]{1,18})/?$", resource(GET=files.fetch, DELETE=files.remove)),
    re_path(r"^api/v1/channels/?$", resource(GET=messages.channels)),
    re_path(r"^api/v1/webhooks/?$", resource(GET=webhooks.read, POST=webhooks.make)),
    re_path(_HOOK + r"/?$", resource(GET=webhooks.one, PATCH=webhooks.change, DELETE=webhooks.remove)),
    re_path(_HOOK + r"/secret/?$", resource(POST=webhooks.renew)),
    re_path(_HOOK + r"/deliveries/?$", resource(GET=webhooks.log)),
    re_path(_HOOK + r"/test/?$", resource(POST=webhooks.test)),
    re_path(_HOOK + r"/deliveries/(?P<name>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/replay/?$", resource(POST=webhooks.replay)),
    re_path(_SLUG + r"/?$", resource(GET=collection.read, POST=collection.create)),
    re_path(_SLUG + r"/bulk/?$", resource(POST=bulk.run)),
    re_path(_SLUG + r"/similar/?$", resource(GET=collection.similar)),
    re_path(_ITEM + r"/?$", resource(GET=item.read, PATCH=item.change, DELETE=item.remove)),
    re_path(_ITEM + r"/restore/?$", resource(POST=item.restore)),
    re_path(_ITEM + r"/merge/?$", resource(POST=merge.merge)),
    re_path(_ITEM + r"/files/?$", resource(GET=files.read, POST=files.add)),
    re_path(_ITEM + r"/history/?$", resource(GET=item.trail)),
    re_path(_ITEM + r"/transfer/?$", resource(POST=transfer.transfer)),
    re_path(_ITEM + r"/messages/?$", resource(GET=messages.read, POST=messages.send)),
    re_path(_ITEM + r"/messages/(?P<number>[0-9]{1,18})/?$", resource(DELETE=messages.take_back)),
    re_path(_ITEM + r"/participants/?$", resource(GET=participants.read, POST=participants.add)),
    re_path(_ITEM + r"/participants/(?P<share_id>[0-9]{1,18})/?$", resource(DELETE=participants.remove)),
    re_path(_ITEM + r"/actions/(?P<code>[a-z0-9_-]+)/?$", resource(POST=item.act)),
    re_path(r"^api(?:/.*)?$", resource(GET=nothing, POST=nothing, PUT=nothing, PATCH=nothing, DELETE=nothing)),
]

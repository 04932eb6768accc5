"""`POST /mcp`: streamable HTTP without state. Each message is answered at once as JSON; there is no stream and no session."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse

from guanxi.kernel.actor import Actor
from guanxi.surfaces.api import body
from guanxi.surfaces.api.door import reading
from guanxi.surfaces.api.problems import PLAIN, Problem
from guanxi.surfaces.mcp import protocol
from guanxi.surfaces.mcp.tools import Caller


@reading
def post(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One message."""
    _from_here(request)
    version = request.headers.get("MCP-Protocol-Version", "")
    if version and version not in protocol.VERSIONS:
        raise Problem(400, f"MCP-Protocol-Version: {', '.join(protocol.VERSIONS)}")
    if request.content_type != "application/json":
        raise Problem(415, "application/json")
    if len(request.body) > body.LIMIT:
        raise Problem(413, f"{body.LIMIT}")
    try:
        message = protocol.read(request.body)
    except protocol.Fault as fault:
        return JsonResponse(protocol.failed(fault), status=400)
    token = request.token  # type: ignore[attr-defined]
    found = protocol.answer(message, Caller(actor, token.scopes))
    return HttpResponse(status=202) if found is None else JsonResponse(found, json_dumps_params=PLAIN)


def _from_here(request: HttpRequest) -> None:
    """A page of somebody else in a browser is not let through: its name could be pointed at this machine."""
    origin = request.headers.get("Origin", "")
    if origin and urlsplit(origin).netloc.lower() != request.get_host().lower():
        raise Problem(403, "Origin")


__all__ = ["post"]

"""JSON-RPC 2.0 as the Model Context Protocol uses it, revision 2025-06-18: one message in, one message out or none."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from guanxi.surfaces.api import body
from guanxi.surfaces.api.openapi import release
from guanxi.surfaces.api.problems import Problem
from guanxi.surfaces.mcp import tools
from guanxi.surfaces.mcp.tools import Caller

#: Revisions that are spoken, the best first; to a client that asks for another one the best is offered.
VERSIONS = ("2025-06-18", "2025-03-26", "2024-11-05")
PARSE, REQUEST, METHOD, PARAMS, INTERNAL = -32700, -32600, -32601, -32602, -32603
INSTRUCTIONS = (
    "A customer-relationship system. Begin with list_entities, then describe the kind you need: fields, operators and actions stand there. "
    "What the token's person may not see does not exist here."
)
log = logging.getLogger(__name__)


class Fault(Exception):
    """An error of the protocol by its code."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


def read(text: str | bytes) -> Any:
    """A message. Raises Fault."""
    try:
        return body.read(text)
    except Problem:
        raise Fault(PARSE, "This is no JSON") from None


def answer(message: Any, caller: Caller) -> dict[str, Any] | None:
    """The answer to a message; none to a notification or to an answer."""
    number = message.get("id") if isinstance(message, dict) else None
    try:
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0" or isinstance(number, bool | dict | list):
            raise Fault(REQUEST, "Send one JSON-RPC 2.0 message")
        method, given = message.get("method"), message.get("params", {})
        if method is None and ("result" in message or "error" in message):
            return None
        if not isinstance(method, str):
            raise Fault(REQUEST, "A message needs a method")
        if "id" not in message:
            return None
        if not isinstance(given, dict):
            raise Fault(PARAMS, "Parameters are given by name")
        if method not in METHODS:
            raise Fault(METHOD, f"There is no method {method[:80]}")
        return {"jsonrpc": "2.0", "id": number, "result": METHODS[method](caller, given)}
    except Fault as fault:
        return failed(fault, number)
    except Exception:
        log.exception("a message of an assistant")
        return failed(Fault(INTERNAL, "Something broke. It has been noted."), number)


def failed(fault: Fault, number: Any = None) -> dict[str, Any]:
    """The message that says so."""
    return {"jsonrpc": "2.0", "id": number, "error": {"code": fault.code, "message": str(fault)}}


def _initialize(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    asked = given.get("protocolVersion")
    return {
        "protocolVersion": asked if asked in VERSIONS else VERSIONS[0],
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": "guanxi", "title": "Guanxi", "version": release()},
        "instructions": INSTRUCTIONS,
    }


def _ping(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    return {}


def _list(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    return {"tools": [tool.document() for tool in tools.available(caller)]}


def _call(caller: Caller, given: dict[str, Any]) -> dict[str, Any]:
    name, arguments = given.get("name"), given.get("arguments", {})
    if not isinstance(name, str) or not isinstance(arguments, dict):
        raise Fault(PARAMS, "Name a tool and give its arguments as an object")
    try:
        found, refused = tools.call(caller, name, arguments)
    except KeyError:
        raise Fault(PARAMS, f"There is no tool {name[:80]}") from None
    except tools.Misused as misuse:
        raise Fault(PARAMS, str(misuse)) from None
    text = json.dumps(found, ensure_ascii=False)
    return {"content": [{"type": "text", "text": text}], "structuredContent": found, "isError": refused}


METHODS: dict[str, Callable[[Caller, dict[str, Any]], dict[str, Any]]] = {
    "initialize": _initialize,
    "ping": _ping,
    "tools/list": _list,
    "tools/call": _call,
}

__all__ = ["VERSIONS", "Fault", "answer", "failed", "read"]

"""A sign-on service that speaks OpenID Connect over real HTTP: discovery, codes, PKCE, signed ID tokens, userinfo.

It lets in whoever `who` says, without asking unless `asks` is set, or nobody while `refuses` is. `claims` and `signed` change
what is handed out, to play a service that lies.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "guanxi", "the secret of the client"


class Service:
    """State of the service; `issuer` once it listens."""

    def __init__(self) -> None:
        self.key = _key()
        self.who: dict[str, Any] = {"sub": "s-1", "email": "olivia@example.com", "email_verified": True, "name": "Olivia"}
        self.more: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.signed: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        self.asks = self.refuses = False
        self.named = ""
        self.issuer = ""

    def authorize(self, asked: dict[str, str]) -> str:
        """A code for whoever it is, and where to take it; the refusal while nobody is let in."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        if self.refuses:
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, given: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """What a code is worth: once, to its client, with the verifier of its challenge."""
        asked = self.codes.pop(given.get("code", ""), None)
        right = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        plain = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if asked is None or authorization not in (right, plain) or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if given["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": asked["nonce"], **self.who}
        return 200, {"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": self.signed(self.claims(claims))}


@cache
def _key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@contextmanager
def serving() -> Iterator[Service]:
    """A service at an address of its own."""
    service = Service()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    service.issuer = f"http://127.0.0.1:{server.server_address[1]}/realms/staff"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield service
    server.shutdown()
    server.server_close()


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlsplit(self.path).path, {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            service.asked.append(path)
            base = service.issuer
            if path.endswith("/.well-known/openid-configuration"):
                known = {name: f"{base}/{name.split('_')[0]}" for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")}
                self.say(200, {"issuer": service.named or base, "jwks_uri": f"{base}/jwks", **known})
            elif path.endswith("/jwks"):
                self.say(200, {"keys": [service.key.as_dict(private=False)]})
            elif path.endswith("/userinfo"):
                self.say(200, {"sub": service.who["sub"], **service.more})
            elif path.endswith("/authorization") and service.asks and "yes" not in query:
                self.ask()
            elif path.endswith("/authorization"):
                self.send_response(302)
                self.send_header("Location", service.authorize(query))
                self.end_headers()
            else:
                self.say(404, {})

        def ask(self) -> None:
            """The page on which people say at the service who they are."""
            body = f'<!doctype html><title>Staff</title><h1>Staff</h1><a href="{escape(self.path)}&amp;yes=1">Go on</a>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            given = {k: v[0] for k, v in parse_qs(body).items()}
            self.say(*service.token(given, self.headers.get("Authorization", "")))

        def say(self, status: int, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            pass

    return Handler

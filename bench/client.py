"""A plain HTTP client that stays logged in, and many of them at once."""

from __future__ import annotations

import http.client
import re
import threading
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.company import PASSWORD


class Client:
    """One person's browser on one connection."""

    def __init__(self, port: int, login: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.log_in(login)

    def log_in(self, login: str) -> None:
        """Log in as a person would."""
        page = self.get("/login/").decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, "no login form"
        status = self.post("/login/", {"username": login, "password": PASSWORD, "csrfmiddlewaretoken": token[1]})
        assert status == 302, f"login of {login} answered {status}"

    def get(self, path: str, *, fragment: str = "") -> bytes:
        """The body, still compressed when it is."""
        headers = {"Accept-Encoding": "gzip", "Accept-Language": "zh-CN", **self._cookie()}
        if fragment:
            headers |= {"HX-Request": "true", "HX-Target": fragment}
        try:
            self.connection.request("GET", path, headers=headers)
            response = self.connection.getresponse()
        except http.client.RemoteDisconnected:  # idle for too long while the others logged in: a browser asks again, too
            self.connection.close()
            self.connection.request("GET", path, headers=headers)
            response = self.connection.getresponse()
        body = response.read()
        self._keep(response)
        if response.status != 200:
            raise RuntimeError(f"{response.status} for {path}")
        return body if path != "/login/" or response.getheader("Content-Encoding") != "gzip" else _gunzip(body)

    def text(self, path: str) -> bytes:
        """The body as it reads."""
        body = self.get(path)
        return _gunzip(body) if body[:2] == b"\x1f\x8b" else body

    def post(self, path: str, fields: Mapping[str, object], *, fragment: str = "") -> int:
        """The status. A list gives a field several values."""
        return self.send(path, urllib.parse.urlencode(fields, doseq=True).encode(), fragment=fragment)[0]

    def send(self, path: str, body: bytes, *, boundary: str = "", fragment: str = "") -> tuple[int, http.client.HTTPMessage]:
        """Post a form, or the parts of one between boundaries; status and headers."""
        kind = f"multipart/form-data; boundary={boundary}" if boundary else "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, "X-CSRFToken": self.cookies.get("guanxi_csrf", ""), **self._cookie()}
        if fragment:
            headers |= {"HX-Request": "true", "HX-Target": fragment}
        self.connection.request("POST", path, body, headers)
        response = self.connection.getresponse()
        response.read()
        self._keep(response)
        return response.status, response.headers

    def posted(self, path: str, fields: Mapping[str, object]) -> str:
        """The page that answers a form, as it reads."""
        self.connection.request(
            "POST",
            path,
            urllib.parse.urlencode(fields, doseq=True).encode(),
            {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self.cookies.get("guanxi_csrf", ""), **self._cookie()},
        )
        response = self.connection.getresponse()
        body = response.read()
        self._keep(response)
        return body.decode()

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}

    def _keep(self, response: http.client.HTTPResponse) -> None:
        for header in response.headers.get_all("Set-Cookie") or []:
            name, _equals, value = header.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value.strip()


def _gunzip(body: bytes) -> bytes:
    import gzip

    return gzip.decompress(body)


@dataclass
class Timing:
    """Wall times in milliseconds."""

    samples: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def quantile(self, q: float) -> float:
        """The q-quantile of the samples."""
        ordered = sorted(self.samples)
        return ordered[min(len(ordered) - 1, int(q * len(ordered)))]

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.samples) / self.seconds if self.seconds else 0.0


def repeat(clients: list[Client], paths: list[str], times: int, *, fragment: str = "") -> Timing:
    """Each client asks for the paths in turn, `times` requests each. Raises what the first that failed has raised."""
    timing, lock, failed = Timing(), threading.Lock(), []

    def work(client: Client, offset: int) -> None:
        own = []
        try:
            for n in range(times):
                start = time.perf_counter()
                client.get(paths[(n + offset) % len(paths)], fragment=fragment)
                own.append((time.perf_counter() - start) * 1000)
        except Exception as problem:
            failed.append(problem)
        with lock:
            timing.samples += own

    begun = time.perf_counter()
    threads = [threading.Thread(target=work, args=(c, 7 * n)) for n, c in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    timing.seconds = time.perf_counter() - begun
    if failed:
        raise failed[0]
    return timing

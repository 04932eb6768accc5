"""Draw the kit with invented data, without Django or a database, so that it can be looked at.

``python frontend/preview.py`` serves http://127.0.0.1:8899/ (list, record, board, home, login, 404);
``python frontend/preview.py shots FOLDER [list,board …]`` takes screenshots at 1440, 1024 and 390 px, light and dark.
Not shipped; the fake answers here are the contract of README.md in its smallest form.
"""

from __future__ import annotations

import json
import mimetypes
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jinja2

sys.path.insert(0, str(Path(__file__).parent / "preview"))
from fake import BARE, FRAGMENTS, PAGES, shell_context, translate

HERE = Path(__file__).resolve().parent
UI = HERE.parent / "src" / "guanxi" / "surfaces" / "ui"
SHOTS = ("home", "list", "record", "board", "drawer", "form", "settings", "login", "404")
PORT = 8899
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def environment() -> jinja2.Environment:
    """The templates of the kit and of the preview, with the globals the pages rely on."""
    loader = jinja2.FileSystemLoader([str(UI / "templates"), str(HERE / "preview")])
    env = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.Undefined)
    env.globals.update({"static": lambda path: f"/static/{path}", "_": translate, "url": lambda *a, **k: "#"})
    return env


class Preview(BaseHTTPRequestHandler):
    """Answer pages, fragments and static files."""

    env = environment()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/static/"):
            return self.send_static(parts.path.removeprefix("/static/"))
        if parts.path == "/_counts/":
            return self.send(json.dumps({"todo": "7", "customers": "999+", "mine": "1,206", "notifications": "5"}), "application/json")
        if parts.path in FRAGMENTS:
            return self.send(self.env.get_template(FRAGMENTS[parts.path]).render(**shell_context(), q=query.get("q", "")))
        if parts.path.startswith("/customers/") and parts.path != "/customers/":
            template = "record_region.html" if self.headers.get("HX-Target") == "drawer" else "record.html"
            return self.send(self.page(template, query))
        if parts.path in PAGES or parts.path in BARE:
            return self.send(self.page({**PAGES, **BARE}[parts.path], query))
        return self.send(self.page("ui/error.html", {**query, "code": 404}), status=404)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        fields = parse_qs(self.rfile.read(length).decode())
        if self.path == "/_move/":
            refused = fields.get("to") == ["5"]
            body = {"message": "赢单前请填写成交金额"} if refused else {"version": 9, "columns": {fields["to"][0]: {"count": "40% · 6 个"}}}
            toast = {"toast": {"message": "已移动", "undo": "/_undo/1/"}}
            return self.send(
                json.dumps(body), "application/json", 422 if refused else 200, {} if refused else {"HX-Trigger": json.dumps(toast)}
            )
        if self.path == "/_reveal/":
            return self.send(json.dumps({"number": "13800006021"}), "application/json")
        if self.path == "/contacts/new/":
            form = self.env.get_template("quick.html").render(**shell_context(), error="请输入手机号" if not fields.get("phone") else "")
            done = {"HX-Trigger": json.dumps({"modal:close": "", "toast": {"message": "saved", "undo": "/_undo/1/"}})}
            return self.send(form, status=422) if not fields.get("phone") else self.send("", status=204, headers=done)
        return self.send("", status=204)

    def page(self, template: str, query: dict[str, Any]) -> str:
        context = {**shell_context(urlsplit(self.path).path), "request": None, **query}
        return self.env.get_template(template).render(**context)

    def send(self, body: str, kind: str = "text/html; charset=utf-8", status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        policy = "default-src 'self'; script-src 'self' 'nonce-preview'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
        for key, value in {"Content-Type": kind, "Content-Security-Policy": policy, **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def send_static(self, path: str) -> None:
        file = UI / "static" / path
        if not file.is_file():
            return self.send("", status=404)
        self.send_response(200)
        self.send_header("Content-Type", mimetypes.guess_type(file.name)[0] or "text/plain")
        self.send_header("Cache-Control", "max-age=60")
        self.end_headers()
        self.wfile.write(file.read_bytes())

    def log_message(self, format: str, *args: Any) -> None:
        """Be quiet."""


ADDRESS = {
    "home": "/",
    "list": "/customers/",
    "record": "/customers/1/",
    "board": "/opportunities/",
    "drawer": "/customers/?open=2",
    "form": "/form/",
    "settings": "/settings/",
    "login": "/login/",
    "404": "/nowhere/",
}


def shoot(folder: Path, names: list[str]) -> None:
    """Take the pictures, and print whatever the console complains about."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=CHROMIUM)
        for theme in os.environ.get("THEMES", "light,dark").split(","):
            for width in map(int, os.environ.get("WIDTHS", "1440,1024,390").split(",")):
                page = browser.new_page(viewport={"width": width, "height": 844 if width < 500 else 860})
                page.on("console", lambda message: print(message.type, message.text) if message.type == "error" else None)
                page.on("pageerror", lambda error: print("pageerror", error))
                for name in names:
                    page.goto(f"http://127.0.0.1:{PORT}{themed(name, theme)}", wait_until="networkidle")
                    page.screenshot(path=str(folder / f"{name}-{width}-{theme}.png"))
                page.close()
        browser.close()


def themed(name: str, theme: str) -> str:
    """The address of a preview page, drawn light or dark."""
    return ADDRESS[name] + ("&" if "?" in ADDRESS[name] else "?") + f"theme={theme}"


def serve(port: int = PORT) -> ThreadingHTTPServer:
    """Start the server in a thread and return it; port 0 takes a free one."""
    server = ThreadingHTTPServer(("127.0.0.1", port), Preview)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


if __name__ == "__main__":
    running = serve()
    if len(sys.argv) > 2 and sys.argv[1] == "shots":
        shoot(Path(sys.argv[2]), sys.argv[3].split(",") if len(sys.argv) > 3 else list(SHOTS))
    else:
        threading.Event().wait()

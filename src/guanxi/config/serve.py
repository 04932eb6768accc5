"""`guanxi serve`: database, web server and workers, from one command until Ctrl C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import nullcontext
from types import FrameType

import psycopg

from guanxi.config import database, installation, preflight
from guanxi.config.children import Child
from guanxi.config.environment import Environment, present, whole_number
from guanxi.config.refusal import Refusal

DEMO_LOGINS = ("admin", "business", "director", "manager", "sales", "sales2", "finance", "service", "readonly")
DEALER_LOGINS = ("dealer-admin", "dealer-manager", "dealer-lead", "dealer-sales")
DEMO_PASSWORD = "guanxi-demo"
NOBODY_YET = 10  # exit code of `guanxi prepare` when the database has no person in it
START_PATIENCE = 60.0
LOOK_EVERY = 0.5
GUANXI = (sys.executable, "-m", "guanxi.config.cli")


def serve() -> int:
    """Run until told to stop. The result is the exit code."""
    environment = Environment()
    preflight.data_folder(environment.data)
    preflight.port_is_free(environment.address, environment.port)
    signal.signal(signal.SIGTERM, _as_interrupt)
    with database.embedded(environment).held() if environment.embedded else nullcontext():
        preflight.database_answers(environment)
        demo = prepare(environment)
        return _run(environment, demo=demo)


def prepare(environment: Environment) -> bool:
    """Migrate, and load the demo company into a database without people. Is the demo what people will find?"""
    if _nothing_to_do(environment):
        return environment.demo_mark.exists()
    code = _guanxi("prepare", GUANXI_AS_OWNER="1")
    if code not in (0, NOBODY_YET):
        raise SystemExit(code)
    if code == NOBODY_YET and environment.demo and present("guanxi.demo"):
        print("Loading the demo company ...", file=sys.stderr, flush=True)
        if (code := _guanxi("demo")) != 0:
            raise SystemExit(code)
    return environment.demo_mark.exists()


def _nothing_to_do(environment: Environment) -> bool:
    """The usual start: one question to the database instead of loading the whole code to find nothing pending."""
    with psycopg.connect(database.app_url(environment)) as connection, connection.cursor() as cursor:
        found = installation.read(cursor)
    return found is not None and found.settled and found.shape == installation.code_shape()


def web_command(environment: Environment) -> list[str]:
    """Granian with as many workers as cores: threads share a core, so a few a worker are enough."""
    workers = whole_number("GUANXI_WEB_WORKERS", min(os.cpu_count() or 1, 8))
    options = {
        "interface": "wsgi",
        "host": environment.address,
        "port": environment.port,
        "workers": workers,
        "blocking-threads": whole_number("GUANXI_WEB_THREADS", 2),
        "blocking-threads-idle-timeout": 600,  # a thread keeps its database connection
        "backpressure": 64,
        "workers-kill-timeout": 10,
        "log-level": "warning",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return [sys.executable, "-m", "granian", *flags, "--respawn-failed-workers", "guanxi.config.wsgi:application"]


def children(environment: Environment) -> tuple[Child, ...]:
    """The web server, a worker that long imports cannot block, and one that takes everything."""
    prompt = ("--name", "prompt", "--concurrency", "2", "--queues", "interactive,default,outbound")
    return (
        Child("web", web_command(environment)),
        Child("worker", [*GUANXI, "worker", *prompt]),
        Child("bulk worker", [*GUANXI, "worker", "--name", "any"]),
    )


def _run(environment: Environment, *, demo: bool) -> int:
    family = children(environment)
    web, *workers = family
    try:
        web.start()
        _wait_until_ready(environment, web)
        for worker in workers:
            worker.start()
        _announce(environment, demo=demo)
        while True:
            time.sleep(LOOK_EVERY)
            for child in family:
                child.look()
    except KeyboardInterrupt:
        print("\nStopping ...", file=sys.stderr, flush=True)
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl C must not leave orphans
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for child in family:
            child.ask_to_end()
        for child in family:
            child.end()


def _wait_until_ready(environment: Environment, web: Child) -> None:
    deadline = time.monotonic() + START_PATIENCE
    request = urllib.request.Request(f"{_address(environment)}/readyz")
    while time.monotonic() < deadline:
        if web.process is not None and web.process.poll() is not None:
            raise Refusal("The web server ended while starting; the reason stands above.")
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise Refusal(f"The web server did not become ready in {START_PATIENCE:.0f} seconds.")


def _announce(environment: Environment, *, demo: bool) -> None:
    lines = ["", f"  Guanxi is running at {_address(environment)}", ""]
    if demo:
        lines += [
            f"  Log in as {', '.join(DEMO_LOGINS)}",
            f"  At a dealer as {', '.join(DEALER_LOGINS)}",
            f"  Password of each: {DEMO_PASSWORD}",
            "",
        ]
    else:
        lines += ["  Nobody yet? guanxi account LOGIN --name NAME --role business makes the first account.", ""]
    print("\n".join([*lines, "  Ctrl C stops it.", ""]), flush=True)


def _address(environment: Environment) -> str:
    host = "localhost" if environment.address in ("0.0.0.0", "::", "127.0.0.1") else environment.address
    return f"http://{host}:{environment.port}"


def _guanxi(*arguments: str, **variables: str) -> int:
    return subprocess.run([*GUANXI, *arguments], env={**os.environ, **variables}, check=False).returncode


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt

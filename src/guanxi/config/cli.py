"""The `guanxi` command: everything a person does to an installation from a terminal."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from guanxi.config import database, preflight
from guanxi.config.environment import Environment
from guanxi.config.refusal import Refusal

OWNER_COMMANDS = frozenset({"migrate", "makemigrations", "sqlmigrate", "dbshell", "flush", "createcachetable"})
Arguments = Sequence[str]


# What stays open while a command runs: the embedded server, which the last command out stops.
awake = ExitStack()


def main() -> None:
    """Entry point of the console script."""
    try:
        with awake:
            sys.exit(run(sys.argv[1:]))
    except Refusal as refusal:
        print(f"guanxi: {refusal}", file=sys.stderr)
        sys.exit(refusal.code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def run(arguments: Arguments) -> int:
    """Do one command; the result is the exit code."""
    name, *rest = arguments or ["--help"]
    if name in ("-h", "--help", "help"):
        print(overview())
        return 0
    command = COMMANDS.get(name)
    if command is None:
        raise Refusal(f"there is no command {name!r}. Known are: {', '.join(VISIBLE)}.", code=2)
    return command.do(rest)


def overview() -> str:
    """What `guanxi --help` prints."""
    lines = [f"  {name:<10} {COMMANDS[name].about}" for name in VISIBLE]
    return "\n".join(["usage: guanxi COMMAND ...", "", *lines])


# ── Commands ──


def _serve(arguments: Arguments) -> int:
    _parser("serve").parse_args(arguments)
    from guanxi.config.serve import serve

    return serve()


def _worker(arguments: Arguments) -> int:
    parser = _parser("worker")
    parser.add_argument("--queues", default="", help="comma-separated; none given means all")
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--name", default="worker")
    options = parser.parse_args(arguments)
    from guanxi.config import worker

    worker.allow_long_statements()
    _start_django()
    queues = [queue for queue in options.queues.split(",") if queue]
    worker.work(queues=queues, concurrency=options.concurrency, name=options.name)
    return 0


def _demo(arguments: Arguments) -> int:
    _parser("demo").parse_args(arguments)
    environment = _start_django()
    _need("guanxi.demo.load").load()
    from guanxi.config import migration

    migration.settle_if_inhabited()
    environment.demo_mark.touch()
    return 0


def _check(arguments: Arguments) -> int:
    _parser("check").parse_args(arguments)
    return _manage(["check", "--database", "default"])


def _manage(arguments: Arguments) -> int:
    """Django's own commands; those that change tables run as the owner of the database."""
    if arguments and arguments[0] in OWNER_COMMANDS:
        os.environ.setdefault("GUANXI_AS_OWNER", "1")
    _wake_database()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["guanxi manage", *arguments])
    return 0


def _migrate(arguments: Arguments) -> int:
    _parser("migrate").parse_args(arguments)
    return _bring_up_to_date(force=True)


def _prepare(arguments: Arguments) -> int:
    """For `serve`: migrate if needed and say by the exit code whether there are people yet."""
    _bring_up_to_date(force=False)
    from guanxi.config import migration
    from guanxi.config.serve import NOBODY_YET

    return 0 if migration.settle_if_inhabited() else NOBODY_YET


def _token(arguments: Arguments) -> int:
    parser = _parser("token")
    parser.add_argument("login")
    options = parser.parse_args(arguments)
    _start_django()
    from django.core.exceptions import ObjectDoesNotExist

    try:
        print(_need("guanxi.org.tokens").issue(options.login))
    except ObjectDoesNotExist as problem:
        raise Refusal(f"there is nobody with the login {options.login!r}.") from problem
    return 0


def _mcp(arguments: Arguments) -> int:
    _parser("mcp").parse_args(arguments)
    token = os.environ.get("GUANXI_TOKEN", "")
    if not token:
        raise Refusal("put an API token into GUANXI_TOKEN: `guanxi token LOGIN` prints one.", code=2)
    told, sys.stdout = sys.stdout, sys.stderr  # nothing but messages may stand on the way out
    _start_django()
    _need("guanxi.surfaces.mcp.stdio").serve(token, sys.stdin, told)
    return 0


def _account(arguments: Arguments) -> int:
    parser = _parser("account")
    parser.add_argument("login")
    parser.add_argument("--name", default="", help="as colleagues read it; the login when left out")
    parser.add_argument("--role", default="sales", help="sales, manager, director, business, admin, finance, service, marketing, readonly")
    parser.add_argument("--department", default="公司", help="made when there is none of this name")
    options = parser.parse_args(arguments)
    _start_django()
    accounts = _need("guanxi.org.accounts")
    try:
        password = accounts.create(options.login, name=options.name or options.login, role=options.role, department=options.department)
    except ValueError as problem:
        raise Refusal(f"{problem}.") from problem
    _need("guanxi.people.hiring").adopt()
    print(f"{options.login}: initial password {password} (to be changed at the first login)")
    return 0


def _factor(arguments: Arguments) -> int:
    parser = _parser("factor")
    parser.add_argument("login")
    options = parser.parse_args(arguments)
    _start_django()
    from guanxi.kernel.actor import SYSTEM

    user = _need("guanxi.org.models").User.objects.filter(login__iexact=options.login).first()
    if user is None:
        raise Refusal(f"there is nobody with the login {options.login!r}.")
    _need("guanxi.org.factors").take(user, actor=SYSTEM)
    print(f"{user.login}: no second factor any more, and every session has ended")
    return 0


def _backup(arguments: Arguments) -> int:
    parser = _parser("backup")
    parser.add_argument("file", nargs="?", type=Path)
    options = parser.parse_args(arguments)
    from guanxi.config import backup

    environment = _wake_database()
    print(backup.backup(environment, options.file or backup.new_path(environment)))
    return 0


def _restore(arguments: Arguments) -> int:
    parser = _parser("restore")
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    from guanxi.config import backup

    backup.restore(Environment(), options.file.resolve())
    return _bring_up_to_date(force=True)


def _verify(arguments: Arguments) -> int:
    _parser("verify").parse_args(arguments)
    _start_django()
    from django.db import connection

    from guanxi.config import installation

    with connection.cursor() as cursor:
        found = installation.read(cursor)
    if found is None or found.shape != installation.code_shape():
        raise Refusal("The database has not been brought up to this code: run `guanxi migrate` first.")
    findings = [str(finding) for finding in _need("guanxi.kernel.verify").run() or ()]
    print("\n".join(findings) or "Everything agrees.")
    return 1 if findings else 0


def _shape(arguments: Arguments) -> int:
    parser = _parser("shape")
    parser.add_argument("verb", choices=("export", "diff", "import"))
    parser.add_argument("file", nargs="?", type=Path, help="standard input or output when left out")
    options = parser.parse_args(arguments)
    _start_django()
    return int(_need("guanxi.surfaces.shape.command").run(options.verb, options.file))


# ── What they share ──


def _bring_up_to_date(*, force: bool) -> int:
    os.environ["GUANXI_AS_OWNER"] = "1"
    environment = _start_django()
    from guanxi.config import migration

    migration.migrate(environment, say=lambda text: print(f"{text} ...", file=sys.stderr, flush=True), force=force)
    return 0


def _start_django() -> Environment:
    environment = _wake_database()
    import django

    django.setup()
    return environment


def _wake_database() -> Environment:
    """See that the database answers; the embedded one is started when asleep."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
    environment = Environment()
    preflight.data_folder(environment.data)
    if environment.embedded:
        awake.enter_context(database.embedded(environment).held())
    else:
        preflight.database_answers(environment)
    return environment


def _need(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as problem:
        if problem.name and module.startswith(problem.name):
            raise Refusal(f"this installation has no {module}.") from problem
        raise


def _parser(name: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"guanxi {name}", description=COMMANDS[name].about)


@dataclass(frozen=True)
class Command:
    """A verb of the command line; without a description it is for Guanxi itself."""

    do: Callable[[Arguments], int]
    about: str = ""


COMMANDS = {
    "serve": Command(_serve, "run database, web server and workers until Ctrl C"),
    "worker": Command(_worker, "take jobs; for more workers than serve starts"),
    "demo": Command(_demo, "load the demo company"),
    "check": Command(_check, "look for mistakes in declarations and settings"),
    "migrate": Command(_migrate, "bring the database up to date, after a backup"),
    "manage": Command(_manage, "Django's own commands"),
    "account": Command(_account, "make an account with a role and print its initial password"),
    "factor": Command(_factor, "take the second factor from an account whose phone is lost: for emergencies"),
    "token": Command(_token, "print a new personal API token for a login"),
    "mcp": Command(_mcp, "speak the Model Context Protocol over standard input and output, with the token in GUANXI_TOKEN"),
    "backup": Command(_backup, "write database, files and keys to one file"),
    "restore": Command(_restore, "fill an empty data folder from a backup"),
    "shape": Command(_shape, "lists, fields, roles, views and numbers as a file: export, diff or import"),
    "verify": Command(_verify, "compare search, stamps, roll-ups and links with the rows"),
    "prepare": Command(_prepare),
}
VISIBLE = [name for name, command in COMMANDS.items() if command.about]

if __name__ == "__main__":
    main()

"""The `guanxi` command: everything a person does to an installation from a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from guanxi.config.environment import Environment
from guanxi.config.refusal import Refusal

OWNER_COMMANDS = frozenset({"migrate", "makemigrations", "sqlmigrate", "dbshell", "flush", "test", "createcachetable"})


def main() -> None:
    """Entry point of the console script."""
    try:
        sys.exit(run(sys.argv[1:]))
    except Refusal as refusal:
        print(f"guanxi: {refusal}", file=sys.stderr)
        sys.exit(refusal.code)
    except KeyboardInterrupt:
        sys.exit(130)


def run(arguments: Sequence[str]) -> int:
    """Do one command; the result is the exit code."""
    name, *rest = arguments or ["help"]
    command = COMMANDS.get(name)
    if command is None:
        raise Refusal(f"there is no command {name!r}. Known are: {', '.join(COMMANDS)}.", code=2)
    return command(rest)


def manage(arguments: Sequence[str]) -> int:
    """Django's own commands; those that change tables run as the owner of the database."""
    if arguments and arguments[0] in OWNER_COMMANDS:
        os.environ.setdefault("GUANXI_AS_OWNER", "1")
    wake_database()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["guanxi manage", *arguments])
    return 0


def wake_database() -> None:
    """Start the embedded server when it is ours and asleep. It stays up: others may be using it."""
    from guanxi.config import database

    environment = Environment()
    if environment.embedded:
        database.embedded(environment).start()


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "manage": manage,
}

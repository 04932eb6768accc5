"""A small company for the tests of import and export: two departments, people with roles, and their browsers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guanxi.kernel import directory, jobs
from guanxi.kernel.actor import Actor
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Job
from guanxi.kernel.registry import registry
from guanxi.org import actors
from guanxi.org import directory as org_directory
from guanxi.org.models import Assignment, Department, Role, User
from guanxi.surfaces.exchange.importing import committing, opening, planning
from guanxi.surfaces.exchange.models import ImportRow, ImportRun
from tests.people import standard

PEOPLE = {
    "sales": ("周楠", "east", "sales"),
    "sales2": ("何青", "west", "sales"),
    "director": ("林总", "east", "director"),
    "finance": ("钱会", "east", "finance"),
}


@dataclass
class Company:
    """People by login."""

    users: dict[str, User]

    def actor(self, login: str) -> Actor:
        """With the rights of this moment."""
        actors.forget()
        return actors.by_id(self.users[login].pk)


def found() -> Company:
    """Create it."""
    org_directory.clear()
    standard({role.code: role for role in Role.objects.all()})
    departments = {code: Department.objects.create(name=code, code=code) for code in ("east", "west")}
    users = {}
    for login, (name, department, role) in PEOPLE.items():
        user = User(login=login, name=name, department=departments[department], language="en")
        user.set_password("right-horse-battery")
        user.save()
        Assignment.objects.create(user=user, role=Role.objects.get(code=role))
        users[login] = user
    org_directory.clear()
    assert directory.people()
    return Company(users)


CUSTOMERS: Entity = registry.get("customers.customer")
CONTACTS: Entity = registry.get("customers.contact")


def upload(path: Path) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(path.name, path.read_bytes())


def browser(company: Company, login: str) -> Client:
    """Somebody at his desk, with the rights of this moment."""
    actors.forget()
    client = Client()
    client.force_login(company.users[login])
    return client


def work() -> None:
    """What the worker would do, all of it well."""
    for job in Job.objects.filter(state="waiting"):
        jobs.run(job.pk)
        job.refresh_from_db()
        assert job.state == "done", job.message


def preview(path: Path, actor: Actor, entity: Entity = CUSTOMERS, mapping: dict[str, str] | None = None, **options: Any) -> ImportRun:
    """Take a file as far as its preview."""
    run = opening.keep(entity, actor, upload(path))
    run.mapping = mapping if mapping is not None else run.mapping
    run.options = {**run.options, **options}
    run.save()
    return perform(run, planning.begin(run, actor))


def bring_in(path: Path, actor: Actor, entity: Entity = CUSTOMERS, mapping: dict[str, str] | None = None, **options: Any) -> ImportRun:
    """Take a file in."""
    run = preview(path, actor, entity, mapping, **options)
    return perform(run, committing.begin(run, actor))


def perform(run: ImportRun, job: Job) -> ImportRun:
    """Do what a worker would, and look at the run again."""
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state in ("done", "cancelled"), job.message
    run.refresh_from_db()
    return run


def plans(run: ImportRun) -> dict[int, tuple[str, str]]:
    """Row number → (action, message)."""
    return {r.number: (r.action, r.message) for r in ImportRow.objects.filter(run=run).order_by("number")}


Make = Callable[..., Path]

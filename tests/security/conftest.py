"""One world a test: Olivia's things, and everybody who might want them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from guanxi.kernel import attachments, clock, comments, history, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.draft import Draft
from guanxi.kernel.entity import Entity
from guanxi.kernel.models import Job, Petition, Share
from guanxi.kernel.registry import registry
from guanxi.kernel.statement import prepared_cursor
from guanxi.org.models import Position, Provider, User
from guanxi.surfaces import letters
from guanxi.surfaces.models import ImportRun, SavedView
from tests import samples
from tests.contract.conftest import traces  # noqa: F401 - a fixture
from tests.people import Cast
from tests.security.dealers import house  # noqa: F401 - a fixture

SECRET = "Zanzibar9417"
#: A sign-on service that is not in use, so that nobody calls it.
SERVICE = {"issuer": "https://login.example.com/staff", "client_id": "guanxi"}
#: Tables in which a refused request must leave nothing; AccessLog may say who was refused what.
WATCHED = (
    "change", "kernel_event", "kernel_comment", "kernel_reaction", "kernel_attachment", "kernel_link", "kernel_share", "kernel_petition", "kernel_job",
    "kernel_dictionaryvalue", "kernel_idempotency", "kernel_draft", "kernel_hold", "kernel_mark", "kernel_notice",
    "surfaces_savedview", "surfaces_layout", "surfaces_importrun", "surfaces_importrow",
)  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "entity" in metafunc.fixturenames:
        metafunc.parametrize("entity", list(registry), ids=lambda e: e.key)


@dataclass
class World:
    """What Olivia has of one entity."""

    entity: Entity
    cast: Cast
    record: Any
    binned: Any
    ids: dict[str, Any] = field(default_factory=dict)
    #: Values of a further record, made beforehand so that a refused request can be seen to leave nothing.
    creation: dict[str, Any] = field(default_factory=dict)

    def client(self, actor: Actor | None) -> Client:
        """A browser signed in as somebody, or as nobody."""
        browser = Client()
        if actor is not None:
            browser.force_login(User.objects.get(id=actor.id))
        return browser


@pytest.fixture
def world(entity: Entity, cast: Cast, settings: Any, tmp_path: Any) -> World:
    """A record with everything that hangs on it, a deleted one, and what belongs to a person alone."""
    settings.MEDIA_ROOT = tmp_path
    return build(entity, cast)


def build(entity: Entity, cast: Cast) -> World:
    """The world of one entity."""
    olivia = cast.owner
    record = samples.make(entity, "full", actor=olivia, **{entity.title: SECRET})
    binned = samples.make(entity, actor=olivia)
    write.delete(binned, actor=olivia, door="test")
    uploads = [SimpleUploadedFile(name, name.encode()) for name in ("notes.txt", "removed.txt")]
    kept, removed = attachments.add(entity, record, uploads, actor=olivia, door="test")
    attachments.remove(removed.pk, actor=olivia, door="test")
    unsaid = comments.add(entity, record.id, "taken back", actor=olivia)
    comments.remove(unsaid.pk, actor=olivia)
    creation = samples.values(entity, actor=olivia) | {entity.title: "Newly made"}
    found = World(entity, cast, record, binned, creation=creation)
    job = {"kind": "export", "title": SECRET, "actor": olivia.id, "state": "running", "created_at": clock.now()}
    found.ids = {
        "slug": entity.slug,
        "record_id": record.id,
        "comment_id": comments.add(entity, record.id, "for us only", actor=olivia).pk,
        "file_id": kept.pk,
        "removed_id": removed.pk,
        "unsaid_id": unsaid.pk,
        "job_id": Job.objects.create(**job).pk,
        "view_id": SavedView.objects.create(entity=entity.key, owner_id=olivia.id, name=SECRET).pk,
        "run_id": ImportRun.objects.create(entity=entity.key, actor_id=olivia.id, name=SECRET, path="nowhere", state="planned").pk,
        "provider_id": Provider.objects.create(name="Staff", active=False, **SERVICE).pk,
        "position_id": Position.objects.create(name="Adviser").pk,
        "share_id": _opened(entity, record, cast).pk,
        "draft_number": Draft.objects.create(**_draft(entity, record, cast)).pk,
        "petition_id": Petition.objects.create(**_petition(entity, record, cast)).pk,
        "version": record.version,
        "write_id": history.of_record(record.id)[0].write_id,
    }
    return found


def _opened(entity: Entity, record: Any, cast: Cast) -> Share:
    """Rita, who sees it anyway, takes part."""
    return Share.objects.create(entity=entity.key, record=record.id, to="person", grantee=cast.readonly.id or 0)


def _draft(entity: Entity, record: Any, cast: Cast) -> dict[str, Any]:
    """Olivia's, asked of her superior, Min."""
    about = {"entity": entity.key, "record": record.id, "title": SECRET, "verb": "update", "action": "edit", "values": {}}
    return {**about, "asks": ["superior"], "author": cast.owner.id, "sent_at": clock.now(), "door": "test"}


def _petition(entity: Entity, record: Any, cast: Cast) -> dict[str, Any]:
    return {"entity": entity.key, "record": record.id, "asked_by": cast.owner.id, "asked_at": clock.now(), "asked": "basic", "reason": "x"}


@pytest.fixture
def marks(db: None) -> Callable[[], dict[str, Any]]:
    """How every watched table looks: cheap enough to ask after each request."""

    def read() -> dict[str, Any]:
        with prepared_cursor() as cursor:
            columns = ", ".join(f"(SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t)" for name in WATCHED)
            cursor.execute(f"SELECT {columns}")
            return dict(zip(WATCHED, cursor.fetchone(), strict=True))

    return read


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[tuple[str, dict[str, Any]]]:
    """Mail is set up; letters wait here until the test lets the worker write them."""
    settings.GUANXI_MAIL, settings.GUANXI_URL = True, "https://crm.example.com"
    queue: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(letters, "later", lambda kind, **about: queue.append((kind, about)))
    return queue


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)

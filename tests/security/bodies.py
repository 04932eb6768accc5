"""What a rightful request sends to each address, and of which entities the address speaks at all."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from guanxi.kernel import clock, history, pairs, sealed, write
from guanxi.kernel.actor import SYSTEM
from guanxi.org.models import Application, Department, Role, Team, User
from guanxi.surfaces.channels.models import Channel
from guanxi.surfaces.collecting.models import CollectForm
from guanxi.surfaces.hooks import sending
from guanxi.surfaces.hooks.models import Delivery, Webhook
from guanxi.surfaces.pages import shapes
from guanxi.surfaces.prints import document, keeping
from guanxi.surfaces.prints.models import PrintPicture, PrintTemplate, PrintVersion
from guanxi.surfaces.shape import state
from guanxi.surfaces.texts.models import TextTemplate
from tests.security.conftest import World


def empty(world: World) -> dict[str, Any]:
    """A POST without values."""
    return {}


def ids(world: World) -> dict[str, Any]:
    """The record of the world."""
    return {"ids": str(world.record.id)}


def shape_file(world: World) -> dict[str, Any]:
    """The shape as it is."""
    return {"file": SimpleUploadedFile("shape.toml", state.text().encode())}


def values_file(world: World) -> dict[str, Any]:
    """A list with one value more."""
    return {"file": SimpleUploadedFile("list.csv", b"Name in Chinese\nNewly imported\n")}


def number_parts(world: World) -> dict[str, Any]:
    """The usual number of a customer."""
    return {"kind0": "text", "value0": "KH-", "kind1": "counter", "value1": "4", "reset": "never"}


def organisation(world: World) -> dict[str, Any]:
    """A table that could be one of departments, teams or positions."""
    return {"file": SimpleUploadedFile("list.csv", b"Department name,Team name,Position name\nNewly made,Newly made,Newly made\n")}


def portrait(world: World) -> dict[str, Any]:
    """A picture of oneself."""
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(drawn, "PNG")
    return {"picture": SimpleUploadedFile("me.png", drawn.getvalue())}


def print_template(world: World) -> dict[str, Any]:
    """A template of customers with a version to go back to."""
    row = PrintTemplate.objects.filter(entity="customers.customer").order_by("pk").first()
    return {"template_id": row.pk if row else 0, "number": 1}


def print_of(world: World) -> dict[str, Any] | None:
    """A template of the entity, which says what the record is called; of two entities alone, for each print is a process."""
    if world.entity.slug not in ("customers", "contacts"):
        return None
    row, made = PrintTemplate.objects.get_or_create(entity=world.entity.key, zh="World", defaults={"version": 1})
    if made:
        said = {**document.fresh(), "blocks": [document.block("text", text=f"{{{{{world.entity.title}}}}}")]}
        PrintVersion.objects.create(template=row, number=1, document=said, created_at=clock.now())
    return {"template_id": row.pk}


def ready_text(world: World) -> dict[str, Any]:
    """A text as its editor sends it."""
    return {"zh": "Newly made", "sort": "phrase", "body": "{{owner}}"}


def text_of(world: World) -> dict[str, Any]:
    """A text of the entity that says what the record is called."""
    said = {"sort": "phrase", "body": f"{{{{{world.entity.title}}}}}"}
    row, _made = TextTemplate.objects.get_or_create(entity=world.entity.key, zh="World", defaults=said)
    return {"text_id": row.pk}


def text_template(world: World) -> dict[str, Any]:
    """A text of customers."""
    row, _made = TextTemplate.objects.get_or_create(entity="customers.customer", zh="World", defaults={"sort": "phrase", "body": "x"})
    return {"text_id": row.pk}


def print_picture(world: World) -> dict[str, Any]:
    """A picture of a print."""
    row = PrintPicture.objects.first()
    if row is None:
        drawn = BytesIO()
        Image.new("RGB", (40, 30), "teal").save(drawn, "PNG")
        row = keeping.add_picture(SimpleUploadedFile("stamp.png", drawn.getvalue()), actor=SYSTEM)
    return {"picture_id": row.pk}


def opening(world: World) -> dict[str, Any]:
    """The record for somebody to look at."""
    return {"ids": str(world.record.id), "to": f"person:{world.cast.readonly.id}", "part": "viewer"}


def sellers(world: World) -> dict[str, Any]:
    """The role of those who sell."""
    return {"role_id": Role.objects.get(code="sales").pk}


def team(world: World) -> dict[str, Any]:
    """A team without people."""
    return {"team_id": Team.objects.earliest("pk").pk}


def readers(world: World) -> dict[str, Any]:
    """The role that reads everything."""
    return {"role": Role.objects.get(code="readonly").pk}


def branch(world: World) -> dict[str, Any]:
    """The department of the stranger."""
    return {"department_id": Department.objects.get(code="west").pk}


def into_east(world: World) -> dict[str, Any]:
    """The department of the owner takes over."""
    return {"into": Department.objects.get(code="east").pk}


def mate(world: World) -> dict[str, Any]:
    """The account of a colleague."""
    return {"user_id": User.objects.get(pk=world.cast.mate.id).pk}


def new_title(world: World) -> dict[str, Any]:
    """Another title."""
    return {world.entity.title: "Renamed"}


def creation(world: World) -> dict[str, Any]:
    """A whole new record."""
    return world.creation


def move(world: World) -> dict[str, Any] | None:
    """To another column of the usual board."""
    by = next(iter(shapes.choices(world.entity, SYSTEM)), "")
    if not by or by not in world.entity.writable(SYSTEM):
        return None
    if world.entity.boards and world.entity.stage:
        return {"id": world.record.id, "to": codes(world)[1]}
    field = world.entity.fields[by]
    others = [i.code for i in field.kind.dictionary.active() if i.id != field.value(world.record)]  # type: ignore[attr-defined]
    return {"id": world.record.id, "to": others[0]} if others else None


def later(world: World) -> dict[str, Any] | None:
    """To another day of the usual calendar."""
    by = next(iter(shapes.dates(world.entity, SYSTEM)), "")
    return {"id": world.record.id, "to": "2031-02-03"} if by in world.entity.writable(SYSTEM) else None


def carried(world: World) -> dict[str, Any] | None:
    """Only entities with a choice that people set have cards to move."""
    return {} if move(world) else None


def dated(world: World) -> dict[str, Any] | None:
    """Only entities with a date that people set have days to move to."""
    return {} if later(world) else None


def codes(world: World) -> list[str]:
    """Codes of the stages that the record may be in."""
    field = world.entity.fields[world.entity.stage]
    items = field.kind.dictionary.active()  # type: ignore[attr-defined]
    parent = next(i.parent for i in items if i.id == field.value(world.record))
    return [i.code for i in items if i.parent == parent]


def phone(world: World) -> dict[str, Any] | None:
    """A field with a number to reveal."""
    key = next((k for k, f in world.entity.fields.items() if f.kind.name == "phone" and f.value(world.record)), None)
    return {"key": key} if key else None


def related(world: World) -> dict[str, Any] | None:
    """A related tab that has rows or may have."""
    return {"code": world.entity.related[0]} if world.entity.related else None


def stage(world: World) -> dict[str, Any] | None:
    """The second stage."""
    return {"code": codes(world)[1]} if world.entity.stage else None


def action(world: World) -> dict[str, Any] | None:
    """The first declared action."""
    return {"code": world.entity.actions[0].code} if world.entity.actions else None


def stamp(world: World) -> dict[str, Any]:
    """A harmless change of the record by its owner, to be undone by nobody else."""
    changed = write.update((world.entity, world.record.id), {world.entity.title: "Changed"}, actor=world.cast.owner, door="test")
    return {"version": changed.version, "write_id": history.of_record(world.record.id)[0].write_id}


def upload(world: World) -> dict[str, Any]:
    """A file."""
    return {"files": SimpleUploadedFile("more.txt", b"more")}


def columns(world: World) -> dict[str, Any]:
    """One column."""
    return {"column": world.entity.title}


def view(world: World) -> dict[str, Any]:
    """A view with a name."""
    return {"name": "Mine", "where": "[]"}


def said(world: World) -> dict[str, Any]:
    """A comment, under the name of either door."""
    return {"mode": "_comment", "text": "hello", "body": "hello"}


def handover(world: World) -> dict[str, Any]:
    """Hand the record over."""
    return {**ids(world), "owner": world.cast.director.id}


def set_title(world: World) -> dict[str, Any]:
    """One field of many records."""
    key = next(k for k, f in world.entity.fields.items() if f.kind.name == "text" and not f.unique and not f.computed)
    return {**ids(world), "field": key, key: "Bulk"}


def binned(world: World) -> dict[str, Any]:
    """The deleted record."""
    return {"ids": str(world.binned.id)}


def export(world: World) -> dict[str, Any]:
    """The record as a file."""
    return {**ids(world), "format": "csv", "column": world.entity.title}


def deed(world: World) -> dict[str, Any] | None:
    """A declared action that takes a selection."""
    return next(({"code": action.code} for action in world.entity.actions if action.run), None)


def handed_back(world: World) -> dict[str, Any]:
    """Hand the record back to the usual pool."""
    return {**ids(world), "pool_reason": "no time"}


def only_pools(world: World) -> None:
    """Only pools have it: who may is tried in tests/customers/test_pool_pages.py."""


def verdict(world: World) -> dict[str, Any]:
    """Agree to what the owner of the record has sent."""
    return {"ids": str(world.ids["draft_number"]), "approve": "1"}


def compared(world: World) -> dict[str, Any] | None:
    """Only entities with rules of comparison have a queue of duplicates."""
    return {} if pairs.rules(world.entity) else None


def column(world: World) -> dict[str, Any] | None:
    """The first of its usual board."""
    fields = list(shapes.choices(world.entity, SYSTEM).values())
    return {"column": fields[0].kind.dictionary.active()[0].code} if fields else None  # type: ignore[attr-defined]


def board(world: World) -> dict[str, Any] | None:
    """Only entities with a choice have columns."""
    return {} if shapes.choices(world.entity, SYSTEM) else None


def channelled(world: World) -> dict[str, Any]:
    """A mailbox by which mails go out."""
    said = {"from": "sales@example.com", "host": "mail.example.com", "port": "465", "encrypted": "tls"}
    return {"name": "Newly made", "daily": "5", **{f"says-{key}": value for key, value in said.items()}}


def channel(world: World) -> dict[str, Any]:
    """A mailbox that there is, out of use."""
    says = {"from": "sales@example.com", "called": "", "host": "mail.example.com", "port": "465", "encrypted": "tls", "login": ""}
    known = {"name": "Ours", "says": says, "active": False, "created_at": clock.now()}
    row, _made = Channel.objects.get_or_create(provider="smtp", token="known", defaults=known)
    return {"channel_id": row.pk}


def sent_out(world: World) -> dict[str, Any]:
    """A mail that nobody gets, for there is no channel in use."""
    return {"medium": "mail", "subject": "x", "body": "x"}


def hooked(world: World) -> dict[str, Any]:
    """A webhook."""
    return {
        "name": "Newly made",
        "entity": world.entity.key,
        "kinds": ["created"],
        "address": "https://example.com/hook",
        "person": world.cast.owner.id,
        "active": "1",
    }


def hook(world: World) -> dict[str, Any]:
    """A webhook that there is, with one line in its log that has ended."""
    row = Webhook.objects.first() or Webhook.objects.create(
        name="Ours",
        entity=world.entity.key,
        kinds=["created"],
        address="https://example.com/hook",
        secret=sealed.seal("x", about=sending.ABOUT),
        person_id=world.cast.owner.id,
        created_at=clock.now(),
    )
    line = row.deliveries.first() or Delivery.objects.create(hook=row, change="test", state="sent", at=clock.now())
    return {"hook_id": row.pk, "delivery_id": line.pk}


def program(world: World) -> dict[str, Any]:
    """An application."""
    return {"name": "Newly made", "user": world.cast.owner.id, "scopes": "read", "active": "1"}


def programs(world: World) -> dict[str, Any]:
    """An application that there is."""
    row = Application.objects.first() or Application.objects.create(
        name="Ours", user_id=world.cast.owner.id, client_id="gxc_ours", digest="x", scopes=["read"]
    )
    return {"application_id": row.pk}


def collect_form(world: World) -> dict[str, Any]:
    """A collection form that there is."""
    row = CollectForm.objects.first() or CollectForm.objects.create(
        entity="sales.lead",
        name="Ours",
        token="x" * 22,
        person_id=world.cast.director.id,
        words={"title": {"zh": "Ours"}},
        asked=[{"key": "name"}],
        renewed_at=clock.now(),
        created_at=clock.now(),
    )
    return {"form_id": row.pk}


def collecting(world: World) -> dict[str, Any]:
    """What the page of a collection form sends."""
    return {"name": "Renamed", "person": world.cast.director.id, "title-zh": "Renamed", "asked": ["name", "phone"]}

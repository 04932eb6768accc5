"""What stands in the holes of an address: parts that records, fields and lists of a world fill; None where it has no such address."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from guanxi.kernel import attachments, dictionary
from guanxi.kernel.actor import SYSTEM
from guanxi.kernel.design import CustomEntity
from guanxi.kernel.dictionary import Dictionary
from guanxi.kernel.models import CustomField, DictionaryValue
from guanxi.kernel.write import entities
from guanxi.org.models import Operation
from tests.security.conftest import World


def kind(world: World) -> dict[str, Any]:
    return {"of": "customers"}


def added(world: World) -> dict[str, Any] | None:
    row = CustomField.objects.first()
    return {**kind(world), "field_id": row.pk} if row else None


def converted(world: World) -> dict[str, Any] | None:
    """A field that has come of another, which is retired."""
    row = CustomField.objects.first()
    if row is None:
        return None
    former, _new = CustomField.objects.get_or_create(entity=row.entity, kind="text", label="Former", active=False)
    born, _new = CustomField.objects.update_or_create(
        entity=row.entity, kind="integer", label="Born", defaults={"options": {"was": former.pk}, "active": True}
    )
    CustomField.objects.filter(pk=former.pk).update(active=False)
    return {**kind(world), "field_id": born.pk}


def picture(world: World) -> dict[str, Any] | None:
    """A picture among the files of the record; one entity stands for all."""
    if world.entity.slug != "customers":
        return None
    if "picture_id" not in world.ids:
        drawn = BytesIO()
        Image.new("RGB", (4, 4)).save(drawn, "PNG")
        (row,) = attachments.add(
            world.entity, world.record, [SimpleUploadedFile("p.png", drawn.getvalue())], actor=world.cast.owner, door="test"
        )
        world.ids["picture_id"] = row.pk
    return {"file_id": world.ids["picture_id"]}


def designed(world: World) -> dict[str, Any]:
    """A kind of record that administrators designed."""
    row = CustomEntity.objects.first() or entities.create(entities.Wish("设备台账", slug="devices"), actor=SYSTEM)
    return {"of": row.slug}


def tree(world: World) -> dict[str, Any]:
    rows = DictionaryValue.objects.filter(dictionary="industry", into=None)
    rows.exclude(pk=rows.earliest("id").pk).filter(pk=rows.latest("id").pk).update(parent=rows.earliest("id"))
    dictionary.clear()
    return {"code": "industry"}


def number(world: World) -> dict[str, Any]:
    return {"of": "customers", "key": "number"}


def operation(world: World) -> dict[str, Any]:
    """The coming of a field of the company's own."""
    found = Operation.objects.filter(subject="customfield", verb="create")
    return {"operation": found.values_list("pk", flat=True).order_by("-pk").first() or 0}


def level(world: World) -> dict[str, Any]:
    return {"code": "customer_level"}


def value(world: World) -> dict[str, Any]:
    levels = [item for item in Dictionary("customer_level").items() if item.into is None]
    return {**level(world), "value_id": next(item.id for item in reversed(levels) if item.code != "B")}

"""The entity: one declaration beside one model, from which everything that people see is derived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.functional import cached_property
from django.utils.text import camel_case_to_spaces
from django.utils.translation import gettext_lazy as _

from guanxi.kernel import findable, pooled
from guanxi.kernel.actor import Actor
from guanxi.kernel.declaration import Action, Board, Clock, Form, Opening, Preset, Unique
from guanxi.kernel.fields.base import Declared, Field, Label
from guanxi.kernel.fields.column import Linked, Stored
from guanxi.kernel.fields.rollup import RollUp
from guanxi.kernel.grants import Grants
from guanxi.kernel.registry import registry

if TYPE_CHECKING:
    from guanxi.kernel.query import Rows
    from guanxi.kernel.record import Record

#: Fields of every record, in the order in which they close a form or column list.
COMMON = ("owner", "department", "created_by", "created_at", "updated_at")
MOST_FACETS = 4


class Entity:
    """Subclass with `model=`; the class is instantiated once and put in the registry. Attributes are data."""

    model: type[Record]
    slug: str = ""
    label: Label = ""
    label_plural: Label = ""
    icon: str = "file"
    #: What an empty list says these records are, and how the first one comes about.
    teaches: Label = ""
    section: Label = _("Customers")
    place: int = 50
    title: str = "name"
    #: The field that says to whose company a record belongs, where that is not its owner's department.
    lies_in: str = ""
    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ("updated_at",)
    unique: tuple[Unique, ...] = ()
    #: Fields beside the title that hold its name, or that of whom it is about: by these, too, it is found as a likely duplicate.
    named: tuple[str, ...] = ()
    #: With which entities what is typed here is compared, beside the rules of its own: key of the entity → field here → field there.
    likened: Mapping[str, Mapping[str, str]] = {}
    layout: Mapping[Label, tuple[str, ...]] = {}
    quick: tuple[str, ...] = ()
    chips: tuple[str, ...] = ()
    tiles: tuple[str, ...] = ()
    #: Fields that a record is not complete without, though it may be saved so: pages and lists say how far it is.
    whole: tuple[str, ...] = ()
    stage: str = ""
    related: tuple[str, ...] = ()
    boards: tuple[Board, ...] = ()
    views: tuple[Preset, ...] = ()
    rollups: tuple[RollUp, ...] = ()
    actions: tuple[Action, ...] = ()
    parent: str = ""
    author_sees: bool = False
    #: Fields that say who a person is: what `forget` empties here and in the history.
    personal: tuple[str, ...] = ()
    #: What a vCard of a record says: the card's word (FN, ORG, TITLE, CELL, WORK, EMAIL, ADR, URL, BDAY, X-WECHAT, NOTE) and the field.
    card: Mapping[str, str] = {}
    #: The region field by which a record lies in somebody's territory; what hangs on it lies where it does.
    territory: str = ""
    in_menu: bool = True
    #: Whether an installation comes with a template to print a record.
    printed: bool = False
    #: The field that names the account of the person whom a record is about: what he owns is counted on the record.
    person: str = ""
    #: Further pages about these records, offered above the list: (label, address, icon).
    beside: tuple[tuple[Label, str, str], ...] = ()
    timeline: bool = False
    #: (choice, text, due) of an entry that people write on the timeline of the records it refers to.
    composer: tuple[str, ...] = ()
    hidden_in_form: tuple[str, ...] = ()
    #: Entries with forms of their own; the first is the usual one.
    forms: tuple[Form, ...] = ()
    grants: Grants = Grants.standard()
    #: Field rights of the preset roles: role → field → right, until an administrator decides otherwise.
    rights: Mapping[str, Mapping[str, str]] = {}
    #: Whether its records may lie in public pools, and from what the rules of pools count their days.
    pooled: bool = False
    clocks: tuple[Clock, ...] = ()
    pool_columns: tuple[str, ...] = ()
    pool_views: tuple[Preset, ...] = ()
    #: Under which name people's views and columns are kept, where it is not the key.
    kept_as: str = ""
    #: Columns of the model that are no fields: `settle` fills them, and history leaves them out.
    settled: tuple[str, ...] = ()
    #: Whether it is in use: what administrators have retired is granted to nobody.
    active: bool = True
    #: The field that holds the number of a record, if it has one.
    numbered: str = ""
    #: Of whose records its own are rows, by key: they are entered on the page of the record above.
    row_of: str = ""

    instance: ClassVar[Entity]

    def __init_subclass__(cls, model: type[Record] | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if model is not None:
            cls.model = model
            cls.instance = cls()
            model.entity = cls.instance
            cls.instance.contribute()
            registry.add(cls.instance)

    def __repr__(self) -> str:
        return f"<Entity {self.key}>"

    @cached_property
    def key(self) -> str:
        """The stable name, `customers.customer`."""
        return self.model._meta.label_lower

    @cached_property
    def table(self) -> str:
        """Where its records lie, for SQL."""
        return self.model._meta.db_table

    @property
    def schema(self) -> str:
        """What its records are called where programs name types."""
        return self.model.__name__

    def among(self, rows: Any) -> Any:
        """Those of its own among rows of its model."""
        return rows

    @property
    def objects(self) -> Any:
        """All its records without a scope: for `write` and what works for the system."""
        return self.among(self.model._default_manager.all())

    def rows_of(self, ids: Iterable[int]) -> Any:
        """Some of these, by id."""
        return self.objects.filter(id__in=list(ids))

    def blank(self) -> Any:
        """A new record of nothing but defaults."""
        return self.model.blank()

    def contribute(self) -> None:
        """Name the entity and add the columns and indexes that the declaration implies."""
        meta = self.model._meta
        words = camel_case_to_spaces(meta.object_name or "")
        self.label = self.label or _(words.capitalize())
        self.label_plural = self.label_plural or _(f"{words.capitalize()}s")
        self.slug = self.slug or words.replace(" ", "-") + "s"
        self.numbered = "number" if any(f.name == "number" for f in meta.local_fields) else ""
        for unique in self.unique:
            self.model.add_to_class(unique.column, models.TextField(null=True, editable=False))
        if self.title in self.sorts:
            self.model.add_to_class(f"{self.title}_sort", models.CharField(max_length=64, default="", db_collation="C", editable=False))
        if self.pooled:
            for name, column in pooled.columns(self).items():
                self.model.add_to_class(name, column)
        live = models.Q(deleted_at=None)
        short = meta.db_table.rsplit("_", 1)[-1][:10]
        indexes = list(meta.indexes)
        for sort in self.sorts:
            path = self.sort_path(sort)
            for lead in ("", "owner", "department", *(["created_by"] if self.author_sees else [])):
                columns = [*([lead] if lead else []), path, "id"]
                indexes.append(models.Index(fields=columns, name=f"{short}_{sort[:12]}_{lead[:1] or 'x'}", condition=live))
        # Deleted ones as well: whoever is handed over or erased takes along what hangs on him, wherever it lies.
        if self.parent:
            indexes.append(models.Index(fields=[self.parent, "id"], name=f"{short}_{self.parent[:12]}_p"))
        for name in self._lookups():
            named = models.Q(**{f"{name}__isnull": False})
            indexes.append(models.Index(fields=[name, "id"], name=f"{short}_{name[:12]}_l", condition=named))
        if facets := self._facets():
            indexes.append(models.Index(fields=facets, name=f"{short}_facets", condition=live))
        indexes.append(models.Index(fields=["id"], name=f"{short}_deleted", condition=models.Q(deleted_at__isnull=False)))
        if self.pooled:
            indexes += pooled.indexes(short)
        constraints = [
            *meta.constraints,
            *(pooled.constraints(short) if self.pooled else ()),
            *(models.UniqueConstraint(fields=[u.column], condition=live, name=f"{short}_{u.field[:14]}_unique") for u in self.unique),
        ]
        # Both places: makemigrations reads original_attrs and would silently ignore the other.
        meta.indexes, meta.constraints = indexes, constraints
        meta.original_attrs["indexes"], meta.original_attrs["constraints"] = indexes, constraints

    def _lookups(self) -> list[str]:
        """References besides the parent: the other side lists what refers to it."""
        columns = self.model._meta.local_fields
        return [f.name for f in columns if isinstance(f, Declared) and f.kind.name == "lookup" and f.name != self.parent]

    def _facets(self) -> list[str]:
        """What lists are narrowed by: one index over the first columns of few values serves any of them together.

        PostgreSQL 18 skips through leading columns that a filter leaves open; older versions read those from the first on.
        """
        kinds = {f.name: f.kind for f in self.model._meta.local_fields if isinstance(f, Declared)}
        return [key for key in self.columns if key in kinds and kinds[key].facet][:MOST_FACETS]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field by key: the model's own, then links, then custom ones, then what all records share."""
        from guanxi.kernel import custom

        own: dict[str, Field] = {}
        for column in self.model._meta.local_fields:
            if isinstance(column, Declared):
                own[column.name] = self._stored(column)
        for name, links in getattr(self.model, "declared_links", {}).items():
            label = links.label or registry.by_model_label(links.to).label_plural
            back = {"back": links.back, "back_label": self.label_plural} if links.back else {}
            own[name] = Field(name, links.kind, label, Linked(f"{self.key}.{name}"), help=links.help, aliases=links.aliases, extra=back)
        common = {key: own.pop(key) for key in COMMON}
        return {**own, **custom.fields_of(self), **common}

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """What its records are found by: `search`, and own fields that administrators have added to it."""
        return findable.keys(self)

    @cached_property
    def figures(self) -> tuple[RollUp, ...]:
        """Every roll-up: those declared, and those that administrators have added."""
        return (*self.rollups, *(field.rolls for field in self.fields.values() if field.rolls is not None))

    def _stored(self, column: Any) -> Field:
        attname = column.attname
        return Field(
            key=column.name,
            kind=column.kind,
            label=column.verbose_name,
            column=Stored(attname),
            required=column.required,
            computed=column.computed,
            help=column.help,
            aliases=column.aliases,
            search=column.search,
            unique=any(u.field == column.name for u in self.unique),
            default=column.get_default() if column.has_default() else None,
            extra={"of": self.key, "back": getattr(column, "back", ""), "back_label": getattr(column, "back_label", "")},
        )

    def reshape(self) -> None:
        """Forget derived data after a custom field has come or gone."""
        self.__dict__.pop("fields", None)
        self.__dict__.pop("ruled", None)
        self.__dict__.pop("formulas", None)
        self.__dict__.pop("searched", None)
        self.__dict__.pop("figures", None)

    def sort_path(self, key: str) -> str:
        """The ORM path by which a field sorts: pinyin for the title, the base amount for money."""
        if key == self.title and key in self.sorts:
            return f"{key}_sort"
        column = next(f for f in self.model._meta.local_fields if f.name == key)
        kind = getattr(column, "kind", None)
        return str(kind.sort_path(key)) if kind else key

    @property
    def derived(self) -> tuple[str, ...]:
        """Columns that follow from others and never appear in history."""
        names = [u.column for u in self.unique] + [r.field for r in self.rollups]
        if self.title in self.sorts:
            names.append(f"{self.title}_sort")
        if self.pooled:
            names += pooled.STAMPS
        return (*names, *self.settled, "updated_at", "version")

    @cached_property
    def region_path(self) -> str:
        """The way to the region that says in whose territory a record lies: its own or its parent's; empty where there is none."""
        if self.territory:
            return self.territory
        above = self.fields[self.parent] if self.parent else None
        inside = above.kind.target.region_path if above is not None else ""  # type: ignore[attr-defined]
        return f"{str(above.column.path).removesuffix('_id')}__{inside}" if above is not None and inside else ""

    def rows(self, actor: Actor, action: str = "view", *, deleted: bool | None = False) -> Rows:
        """What `actor` may `action`, live ones unless `deleted` is True (recycle bin) or None (both)."""
        from guanxi.kernel.query import rows

        return rows(self, actor, action=action, deleted=deleted)

    def titles(self, ids: Sequence[int], actor: Actor) -> dict[int, str]:
        """Titles of those of these records that `actor` may see, in the recycle bin or not."""
        from guanxi.kernel.query import titles

        return titles(self, ids, actor)

    def find_by_title(self, rows: Any, text: str) -> list[int]:
        """Ids of the rows that are called exactly `text` or bear it as their number; at most two."""
        text = text.replace("\x00", "")
        return list(rows.filter(self.titled(text)).values_list("id", flat=True)[:2])

    def titled(self, text: str) -> models.Q:
        """Being called exactly `text` or bearing it as number."""
        named = models.Q(**{self.title: text})
        return named | models.Q(number=text) if self.numbered == "number" else named

    def visible(self, actor: Actor) -> dict[str, Field]:
        """The fields that `actor` may see at all."""
        if not actor.rights or actor.system:
            return dict(self.fields)
        return {k: f for k, f in self.fields.items() if actor.right(self.key, k) != "hidden"}

    def writable(self, actor: Actor) -> dict[str, Field]:
        """The fields that `actor` may set."""
        settable = {k: f for k, f in self.fields.items() if not f.computed}
        return settable if not actor.rights else {k: f for k, f in settable.items() if actor.right(self.key, k) == "edit"}

    def entries(self, actor: Actor) -> tuple[Form, ...]:
        """The forms by which this actor may enter a record."""
        writable = self.writable(actor)
        return tuple(form for form in self.forms if all(key in writable for key in form.sets))

    def form_of(self, record: Any) -> Form | None:
        """The form that fits a record."""
        return next((form for form in self.forms if form.fits(self, record)), None)

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """Business rules over several fields: put messages into `errors` by field key, or set what follows from the change."""

    def unready(self, record: Any, changed: set[str], *, deciding: bool) -> dict[str, str]:
        """What stands in the way of sending a write for review, or, `deciding`, of agreeing to it: messages by field key."""
        return {}

    def settle(self, record: Any) -> None:
        """Fill the columns of `settled`, before every save."""

    def collisions(self, records: Sequence[Any], actor: Actor) -> dict[int, dict[str, str]]:
        """Messages by place and field key where records stand in the way of others, or of earlier ones among them; few queries for any number."""
        return {}

    def broken(self, error: BaseException) -> dict[str, str]:
        """Messages by field key for a constraint of the model's own that the database found broken; empty where it is none of those."""
        return {}

    def follow(self, records: Sequence[Any], *, creating: bool, changed: set[str], actor: Actor, door: str) -> None:
        """What a write of these records brings about elsewhere, in the same transaction and through `write`.

        Deleting and restoring change `deleted_at`.
        """

    def action(self, code: str) -> Action | None:
        """A declared action by code."""
        return next((a for a in self.actions if a.code == code), None)


__all__ = ["Action", "Board", "Clock", "Entity", "Form", "Opening", "Preset", "RollUp", "Unique"]

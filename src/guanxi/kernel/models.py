"""Tables of the kernel: dictionaries, links, shares, search, files, comments, events, jobs; history is plain SQL."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from guanxi.kernel.design import CustomEntity, CustomRecord  # noqa: F401 - tables of this app
from guanxi.kernel.draft import Draft, Hold  # noqa: F401 - likewise
from guanxi.kernel.merge import Merge, Pair  # noqa: F401 - likewise
from guanxi.kernel.notice import Notice  # noqa: F401 - likewise
from guanxi.kernel.reaction import Reaction  # noqa: F401 - likewise


class Version(models.Model):
    """Two counters, `shape` and `access`: what a process has cached is good while they stand still."""

    name = models.CharField(max_length=20, primary_key=True)
    value = models.BigIntegerField(default=1)


class DictionaryValue(models.Model):
    """A value of a choice list."""

    dictionary = models.CharField(max_length=60)
    code = models.CharField(max_length=60)
    zh = models.CharField(max_length=120)
    en = models.CharField(max_length=120)
    colour = models.CharField(max_length=12, blank=True, default="")
    position = models.IntegerField(default=0)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    #: What it was merged into: its code and labels stand for that value now.
    into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    active = models.BooleanField(default=True)
    default = models.BooleanField(default=False)
    extra = models.JSONField(default=dict)
    #: To whom it is offered: the people of these departments and of those below them; none means everybody.
    departments = ArrayField(models.BigIntegerField(), default=list, db_default=[])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dictionary", "code"], name="dictionary_code")]


class ChoiceList(models.Model):
    """What is said of a whole list: the one by whose values its own are narrowed."""

    code = models.CharField(max_length=60, unique=True)
    above = models.CharField(max_length=60, blank=True, default="")


class CustomField(models.Model):
    """A field added by an administrator; its values live under `f<id>`."""

    entity = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=120)
    en = models.CharField(max_length=120, blank=True, default="")
    help = models.CharField(max_length=200, blank=True, default="")
    required = models.BooleanField(default=False)
    options = models.JSONField(default=dict)
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    #: No two live records bear the same value; an index keeps it so.
    unique = models.BooleanField(default=False)
    #: An index serves filters and sorts.
    quick = models.BooleanField(default=False)
    #: Found by the words of the search.
    searched = models.BooleanField(default=False)
    #: What a new record begins with, as it was typed; `today` and `me` are words.
    first = models.CharField(max_length=200, blank=True, default="")
    #: Conditions about the same record: when it is asked for, when it must be filled in.
    shown_when = models.JSONField(default=list, blank=True)
    asked_when = models.JSONField(default=list, blank=True)


class FormLayout(models.Model):
    """How administrators have arranged the page and form of a kind of record: for one of its forms, one role, both, or everybody ("").

    `document` holds the sections in order, each with its names and fields, the fields put away, the key figures and the tabs.
    """

    entity = models.CharField(max_length=80)
    form = models.CharField(max_length=40, blank=True, default="")
    role = models.CharField(max_length=40, blank=True, default="")
    document = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "form", "role"], name="form_layout_once")]


class TitleTemplate(models.Model):
    """What a new record of a kind is called where nobody says so: a text with merge tags."""

    entity = models.CharField(max_length=80, unique=True)
    source = models.CharField(max_length=300)


class Numbering(models.Model):
    """Of what an automatic number is made: (kind, value) in order, when its counter begins anew, whether gaps do not matter."""

    entity = models.CharField(max_length=80)
    field = models.CharField(max_length=80)
    parts = models.JSONField(default=list)
    reset = models.CharField(max_length=10, default="month")
    quick = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "field"], name="numbering_of_field")]


class Counter(models.Model):
    """The last number given for a prefix and period."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.BigIntegerField(default=0)


class Link(models.Model):
    """One link of a `Links` field, `customers.contact.customers`; `role` is a dictionary value."""

    id = models.BigAutoField(primary_key=True)
    field = models.CharField(max_length=120)
    source = models.BigIntegerField()
    target = models.BigIntegerField()
    role = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["field", "source", "target"], name="link_once")]
        indexes = [models.Index(fields=["field", "target", "source"], name="link_back")]


class Share(models.Model):
    """A record opened to a person or department beyond his scope; `part` is one of `kernel.write.sharing.PARTS`.

    What is opened to a position or role stays in one company: `company` is the department at its head, 0 outside of any.
    """

    entity = models.CharField(max_length=80)
    record = models.BigIntegerField()
    to = models.CharField(max_length=12)
    grantee = models.BigIntegerField()
    company = models.BigIntegerField(default=0, db_default=0)
    edit = models.BooleanField(default=False)
    part = models.CharField(max_length=16, default="viewer")
    until = models.DateTimeField(null=True)
    created_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "record", "to", "grantee", "company"], name="share_once")]
        indexes = [models.Index(fields=["entity", "to", "grantee", "record"], name="share_grantee")]


class Petition(models.Model):
    """Somebody asks to see a record that is closed to him; who may hand it over decides how far and until when.

    `state` is open, granted, refused or withdrawn.
    """

    entity = models.CharField(max_length=80)
    record = models.BigIntegerField()
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    #: What he asked for: basic, business or all.
    asked = models.CharField(max_length=12)
    reason = models.TextField()
    state = models.CharField(max_length=12, default="open")
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    part = models.CharField(max_length=16, blank=True, default="")
    until = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "record", "asked_by"], condition=models.Q(state="open"), name="petition_once_open")
        ]
        indexes = [
            models.Index(fields=["asked_by", "-asked_at"], name="petition_mine"),
            models.Index(fields=["entity", "record"], condition=models.Q(state="open"), name="petition_open"),
        ]


class SearchEntry(models.Model):
    """One row a searchable record, rewritten in the transaction that changed its searchable text."""

    record = models.BigIntegerField(primary_key=True)
    entity = models.CharField(max_length=60)
    owner = models.BigIntegerField(null=True)
    department = models.BigIntegerField(null=True)
    parent = models.BigIntegerField(null=True)
    updated_at = models.DateTimeField()
    title = models.TextField()
    lead = models.TextField()
    keys = models.TextField()
    tokens = ArrayField(models.IntegerField())

    class Meta:
        indexes = [
            # New entries wait in a list that is sorted into the index together: one at a time they took most of every write.
            GinIndex(fields=["tokens"], name="search_tokens"),
            models.Index(fields=["owner", "updated_at"], name="search_owner"),
            models.Index(fields=["department", "updated_at"], name="search_department"),
            models.Index(fields=["updated_at"], name="search_recent"),
            # Somebody may see all of one entity and little of the others: what is rare is found without walking what is frequent.
            models.Index(fields=["entity", "updated_at"], name="search_entity"),
            models.Index(fields=["lead"], name="search_lead", opclasses=["text_pattern_ops"]),
            models.Index(fields=["parent"], name="search_parent", condition=models.Q(parent__isnull=False)),
        ]


class Lag(models.Model):
    """A record whose children and search entries still bear the owner and department that it had before: see `write.lagging`."""

    record = models.BigIntegerField(primary_key=True)
    entity = models.CharField(max_length=60)
    since = models.DateTimeField()
    #: Itself hanging on a record that lags, and having children in turn.
    under = models.BigIntegerField(null=True, db_index=True)


class Attachment(models.Model):
    """A file of a record; authorised through the record, never by its address."""

    entity = models.CharField(max_length=80)
    record = models.BigIntegerField()
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    #: The field that shows it, or did: to whom that is closed, the file is closed.
    field = models.CharField(max_length=80, blank=True, default="", db_default="")
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["record", "id"], name="attachment_record")]


class Comment(models.Model):
    """A remark on a record, for colleagues; `earlier` are its former wordings, each [until when, text], the first one first."""

    entity = models.CharField(max_length=80)
    record = models.BigIntegerField()
    body = models.TextField()
    earlier = models.JSONField(default=list)
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["record", "id"], name="comment_record")]


class Event(models.Model):
    """A fact, written in the transaction that made it true; `tx` orders readers safely."""

    id = models.BigAutoField(primary_key=True)
    tx = models.BigIntegerField(db_default=models.Func(function="txid_current", output_field=models.BigIntegerField()))
    at = models.DateTimeField()
    entity = models.CharField(max_length=80)
    record = models.BigIntegerField()
    verb = models.CharField(max_length=40)
    actor = models.BigIntegerField(null=True)
    write_id = models.UUIDField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["tx", "id"], name="event_order")]


class EventCursor(models.Model):
    """How far a subscriber has read."""

    subscriber = models.CharField(max_length=60, primary_key=True)
    tx = models.BigIntegerField(default=0)
    event = models.BigIntegerField(default=0)


class Idempotency(models.Model):
    """The answer given to a browser's or program's key: a second submission writes nothing.

    `asked` is a digest of what was asked for with it, empty where nobody compares.
    """

    key = models.CharField(max_length=120, primary_key=True)
    asked = models.CharField(max_length=64, default="", blank=True)
    actor = models.BigIntegerField(null=True)
    record = models.BigIntegerField(null=True)
    answer = models.JSONField(null=True)
    at = models.DateTimeField()


class Tally(models.Model):
    """How often something happened in a window of time; `name` is a digest."""

    name = models.CharField(max_length=64, primary_key=True)
    count = models.IntegerField(default=0)
    until = models.DateTimeField()


class Mark(models.Model):
    """What a person marks for himself: a star, that he follows it, or that he has looked at it."""

    id = models.BigAutoField(primary_key=True)
    person = models.BigIntegerField()
    entity = models.CharField(max_length=80)
    record = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind", "entity", "record"], name="mark_once")]
        indexes = [models.Index(fields=["entity", "record"], name="mark_followed", condition=models.Q(kind="follow"))]


class Claims(models.Model):
    """How many records a person has taken from a pool on a day. He holds the row while he takes, so caps are exact.

    `given_at` is when he was last given one: whoever has waited longest is next in turn.
    """

    person = models.BigIntegerField()
    pool = models.BigIntegerField()
    day = models.DateField()
    count = models.IntegerField(default=0)
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "pool"], name="claims_once")]


class AccessLog(models.Model):
    """Who revealed, exported or was refused what; append-only."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=40)
    entity = models.CharField(max_length=80, blank=True, default="")
    record = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="access_at"),
            models.Index(fields=["record", "id"], name="access_record", condition=models.Q(record__isnull=False)),
        ]


class Job(models.Model):
    """Long work as a person sees it: progress, live errors, cancel, result."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    actor = models.BigIntegerField()
    state = models.CharField(max_length=12, default="waiting")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    #: Where the slices begin that are done, of work whose slices run beside one another.
    parts = ArrayField(models.BigIntegerField(), default=list)
    errors = models.JSONField(default=list)
    spec = models.JSONField(default=dict)
    result = models.CharField(max_length=300, blank=True, default="")
    message = models.TextField(blank=True, default="")
    cancel = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["actor", "-id"], name="job_actor")]

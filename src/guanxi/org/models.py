"""The skeleton of a company: departments, people, roles, and what a role may do."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language


class Department(models.Model):
    """A department in the tree; closed ones keep their history."""

    name = models.CharField(max_length=80)
    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    head = models.ForeignKey("org.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    #: Whether it heads a company of its own, such as a dealer: its people see nothing beyond it.
    company = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds people by login."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Logins are compared without case."""
        return self.get(login__iexact=username or "")


class User(AbstractBaseUser):
    """A person with an account. Never deleted; deactivated when he leaves."""

    login = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="members")
    manager = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reports")
    title = models.CharField(max_length=60, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    language = models.CharField(max_length=10, default="zh-hans")
    theme = models.CharField(max_length=10, default="auto")
    time_zone = models.CharField(max_length=60, default="Asia/Shanghai")
    preferences = models.JSONField(default=dict)
    must_change_password = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    demo = models.BooleanField(default=False)
    #: Whether a second factor is set up: `factors` keeps it true.
    second = models.BooleanField(default=False, db_default=False)
    #: Counted up to end every session: it is part of what a session must match.
    epoch = models.IntegerField(default=0, db_default=0)
    #: The version of his picture (`pictures`), empty for none.
    picture = models.CharField(max_length=32, blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's, with the epoch."""
        return salted_hmac("guanxi.session", f"{self.password}{self.epoch}", secret=secret, algorithm="sha256").hexdigest()


class Membership(models.Model):
    """Belonging to a further department."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "department"], name="membership_once")]


class Role(models.Model):
    """A named bundle of grants; `admin` roles manage accounts and settings and see no business data."""

    code = models.CharField(max_length=40, unique=True)
    zh = models.CharField(max_length=60)
    en = models.CharField(max_length=60)
    about = models.CharField(max_length=200, blank=True, default="")
    admin = models.BooleanField(default=False)
    #: Whether its people must have a second factor.
    second = models.BooleanField(default=False, db_default=False)
    #: In which departments its people look after the accounts of ordinary colleagues: "department", "company", empty for none.
    keeps = models.CharField(max_length=12, blank=True, default="", db_default="")
    #: Whether those who look after accounts by delegation may give it, and touch who holds it.
    delegable = models.BooleanField(default=False, db_default=False)
    #: Whether its people look after lists of choice and other contents.
    shapes = models.BooleanField(default=False, db_default=False)
    active = models.BooleanField(default=True)
    position = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of whoever reads."""
        return self.en if (get_language() or "").startswith("en") else self.zh


class Team(models.Model):
    """People who work together across departments: a project group, a main group. Its roles are those of every member."""

    name = models.CharField(max_length=80)
    about = models.CharField(max_length=200, blank=True, default="")
    active = models.BooleanField(default=True)
    #: The head of the company whose own people look after it; None for a team that system administrators look after.
    company = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name


class TeamMember(models.Model):
    """Belonging to a team."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="teams")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_member_once")]


class TeamRole(models.Model):
    """A role that a team gives to its members."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="roles")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="teams")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "role"], name="team_role_once")]


class Position(models.Model):
    """What somebody is in the company, such as regional manager: whoever holds it is reached by what is opened to it."""

    name = models.CharField(max_length=60)
    about = models.CharField(max_length=200, blank=True, default="")
    place = models.IntegerField(default=0)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class PositionHolder(models.Model):
    """Holding a position; one person may hold several."""

    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="holders")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="positions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["position", "user"], name="position_holder_once")]


class Territory(models.Model):
    """A region that a person looks after, by its code (GB/T 2260); with it goes everything inside."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="territories")
    region = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "region"], name="territory_once")]


class Assignment(models.Model):
    """A role of a person, with an end where it is lent for a time."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="assignment_once")]


class Grant(models.Model):
    """Role × entity × action → scope, and beyond it the departments named here and the person's own territory.

    `review` says who must agree before it takes effect (`kernel.deciding`), empty for nobody.
    """

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="grants")
    entity = models.CharField(max_length=80)
    action = models.CharField(max_length=40)
    scope = models.CharField(max_length=20)
    departments = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    territory = models.BooleanField(default=False, db_default=False)
    review = models.CharField(max_length=60, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "entity", "action"], name="grant_once")]


class FieldRight(models.Model):
    """What a role may do with one field: hidden, masked or readonly; absent means edit."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="field_rights")
    entity = models.CharField(max_length=80)
    field = models.CharField(max_length=80)
    right = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "entity", "field"], name="field_right_once")]


class Policy(models.Model):
    """A rule that administrators set for all accounts, by its code."""

    code = models.CharField(max_length=40, unique=True)
    value = models.JSONField(null=True)


class Presence(models.Model):
    """Where a session began, and when it was last used: `presences` keeps it beside Django's row."""

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="presences")
    since = models.DateTimeField()
    seen = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True, default="")
    device = models.CharField(max_length=80, blank=True, default="")

    def __repr__(self) -> str:
        return f"<Presence {self.pk}>"


class SharedAccount(models.Model):
    """An account that uses a shared licence: of these only so many may be signed in at once (`licences`)."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="shared")


class Provider(models.Model):
    """A sign-on service; its client secret is sealed."""

    name = models.CharField(max_length=60)
    issuer = models.CharField(max_length=255)
    client_id = models.CharField(max_length=255)
    secret = models.TextField(blank=True, default="")
    #: Hosts of the own network that may be called, parted by blanks.
    inside = models.CharField(max_length=255, blank=True, default="")
    active = models.BooleanField(default=True)
    #: Whether somebody unknown gets an account, and with which role; without one it waits to be opened.
    creates = models.BooleanField(default=False)
    role = models.ForeignKey(Role, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    position = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.name

    @property
    def hosts(self) -> list[str]:
        """The hosts inside, one by one."""
        return self.inside.split()


class Identity(models.Model):
    """Who somebody is at a sign-on service."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="identities")
    known_as = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "known_as"], name="identity_once"),
            models.UniqueConstraint(fields=["provider", "user"], name="identity_of_one"),
        ]


class Application(models.Model):
    """A program that gets access tokens for itself (RFC 6749, 4.4); `user` is whose rights it has, narrowed by `scopes`."""

    name = models.CharField(max_length=60)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="applications")
    client_id = models.CharField(max_length=40, unique=True)
    digest = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=80), default=list)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)


class Token(models.Model):
    """An API token, of a person or got by an application; only its digest is kept. Without scopes it may all that the person may."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    application = models.ForeignKey(Application, null=True, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60, blank=True, default="")
    scopes = ArrayField(models.CharField(max_length=80), default=list)
    expires_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __repr__(self) -> str:
        return f"<Token {self.hint}…>"


class Operation(models.Model):
    """What somebody changed about people, roles and rights; written by triggers (`operations.sql`), append-only.

    `subject` is the table without its area, `diff` maps each column to [old, new].
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.BigIntegerField(null=True)
    door = models.CharField(max_length=40)
    request = models.CharField(max_length=80)
    verb = models.CharField(max_length=12)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    diff = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="operation_at"),
            models.Index(fields=["subject", "subject_id", "-at"], name="operation_subject"),
        ]


__all__ = ["Application", "Assignment", "Department", "FieldRight", "Grant", "Identity", "Membership", "Operation", "Policy", "Presence"]
__all__ += [
    "Position",
    "PositionHolder",
    "Provider",
    "Role",
    "SharedAccount",
    "Team",
    "TeamMember",
    "TeamRole",
    "Territory",
    "Token",
    "User",
]

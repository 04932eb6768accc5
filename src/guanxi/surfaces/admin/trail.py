"""The trail of administration: who changed people, departments, roles and rights, filtered and exported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from guanxi.kernel import clock, directory, lists
from guanxi.kernel.china import regions
from guanxi.kernel.dictionary import DECLARED
from guanxi.kernel.models import AccessLog
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.kernel.write import Refused
from guanxi.org import words
from guanxi.org.models import Operation, Role, User
from guanxi.org.roles import reviewers
from guanxi.surfaces.admin.places import PLACES, TRAILS, Place, administering
from guanxi.surfaces.admin.sheets import sheet
from guanxi.surfaces.admin.verbs import told
from guanxi.surfaces.days import between
from guanxi.surfaces.exchange.sheet import workbook
from guanxi.surfaces.pages.form import refused
from guanxi.surfaces.pages.frame import actor_of, go, page
from guanxi.surfaces.shape import undoing

PLACES.append(
    Place(
        "/admin/trail/",
        "history",
        gettext_lazy("Trail of administration"),
        gettext_lazy("Who changed people, departments, roles and rights, and when."),
        TRAILS,
        "操作日志 审计 日志 audit log operation",
    )
)
SUBJECTS = {
    "user": gettext_lazy("Account"),
    "department": gettext_lazy("Department"),
    "membership": gettext_lazy("Further department"),
    "role": gettext_lazy("Role"),
    "assignment": gettext_lazy("Role of a person"),
    "team": gettext_lazy("Team"),
    "teammember": gettext_lazy("Member of a team"),
    "teamrole": gettext_lazy("Role of a team"),
    "position": gettext_lazy("Position"),
    "positionholder": gettext_lazy("Position of a person"),
    "territory": gettext_lazy("Territories"),
    "grant": gettext_lazy("Scope of a role"),
    "fieldright": gettext_lazy("Field right"),
    "token": gettext_lazy("API token"),
    "policy": gettext_lazy("Rule for accounts"),
    "sharedaccount": gettext_lazy("Shared licence"),
    "webhook": gettext_lazy("Webhook"),
    "channel": gettext_lazy("Channel"),
    "approvedtext": gettext_lazy("Approved wording"),
    "application": gettext_lazy("Application"),
    "provider": gettext_lazy("Sign-on service"),
    "identity": gettext_lazy("Link to a sign-on service"),
    "dictionaryvalue": gettext_lazy("Value of a list"),
    "choicelist": gettext_lazy("Choice list"),
    "numbering": gettext_lazy("Automatic number"),
    "customfield": gettext_lazy("Field of your own"),
    "customentity": gettext_lazy("Records of your own"),
    "formlayout": gettext_lazy("Layout of a form"),
    "printtemplate": gettext_lazy("Print template"),
    "collectform": gettext_lazy("Collection form"),
    "texttemplate": gettext_lazy("Text template"),
    "titletemplate": gettext_lazy("Proposed title"),
}
VERBS = {"create": (gettext_lazy("added"), "g"), "update": (gettext_lazy("changed"), "b"), "delete": (gettext_lazy("removed"), "r")}
COLUMNS = {
    "role_id": gettext_lazy("Role"),
    "team_id": gettext_lazy("Team"),
    "position_id": gettext_lazy("Position"),
    "region": gettext_lazy("Region"),
    "departments": gettext_lazy("Named departments"),
    "territory": gettext_lazy("One's territory"),
    "user_id": gettext_lazy("Colleague"),
    "department_id": gettext_lazy("Department"),
    "manager_id": gettext_lazy("Manager"),
    "parent_id": gettext_lazy("Above it"),
    "head_id": gettext_lazy("Head"),
    "entity": gettext_lazy("Entity"),
    "action": gettext_lazy("Action"),
    "scope": gettext_lazy("Scope"),
    "review": gettext_lazy("Review before effect"),
    "field": gettext_lazy("Field"),
    "right": gettext_lazy("Right"),
    "until": gettext_lazy("Until"),
    "name": gettext_lazy("Name"),
    "zh": gettext_lazy("Name"),
    "about": gettext_lazy("What it is for"),
    "login": gettext_lazy("User name"),
    "title": gettext_lazy("Job title"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "code": gettext_lazy("Code"),
    "active": gettext_lazy("Active"),
    "is_active": gettext_lazy("Active"),
    "admin": gettext_lazy("Looks after accounts"),
    "value": gettext_lazy("Value"),
    "must_change_password": gettext_lazy("Must change the password"),
    "second": gettext_lazy("Second factor"),
    "issuer": gettext_lazy("Issuer address"),
    "client_id": gettext_lazy("Client ID"),
    "inside": gettext_lazy("Hosts inside"),
    "en": gettext_lazy("Name in English"),
    "colour": gettext_lazy("Colour"),
    "default": gettext_lazy("Default"),
    "into_id": gettext_lazy("Becomes"),
    "above": gettext_lazy("Hangs on the list"),
    "parts": gettext_lazy("Parts"),
    "reset": gettext_lazy("The counter begins anew"),
    "quick": gettext_lazy("Quick, with gaps"),
    "label": gettext_lazy("Name"),
    "help": gettext_lazy("Help below the field"),
    "required": gettext_lazy("Must be filled in"),
    "creates": gettext_lazy("Opens accounts"),
    "version": gettext_lazy("Version"),
    "language": gettext_lazy("Language"),
    "person_id": gettext_lazy("With the rights of"),
    "pooled": gettext_lazy("Into the public pool"),
    "most": gettext_lazy("At most so many"),
    "renewed_at": gettext_lazy("Link made"),
    "subject": gettext_lazy("Subject"),
    "body": gettext_lazy("Text"),
    "roles": gettext_lazy("Roles"),
    "source": gettext_lazy("Text"),
}


@administering
def show(request: HttpRequest) -> HttpResponse:
    """The newest first, fifty a page."""
    names = _names()
    shown = sheet(request, "/admin/trail/", chosen(request), ("who", "what", "since", "until"), lambda row: _Line(row, names).drawn())
    context = {**shown, "people": User.objects.order_by("name"), "subjects": SUBJECTS}
    return page(request, "admin/trail.html", context, title=_("Trail of administration"))


def chosen(request: HttpRequest) -> Any:
    """The operations that the filter leaves, newest first."""
    rows = Operation.objects.order_by("-at", "-id")
    if who := whole(request.GET.get("who")):
        rows = rows.filter(actor=who)
    if (what := request.GET.get("what", "")) in SUBJECTS:
        rows = rows.filter(subject=what)
    return between(rows, request.GET)


class _Names(NamedTuple):
    """What a page of the trail asks once: every role by id, closed ones too, and who may be asked for review."""

    roles: Mapping[int, str]
    reviewers: Mapping[str, str]


def _names() -> _Names:
    return _Names({role.pk: role.name for role in Role.objects.all()}, dict(reviewers()))


class _Line:
    """One operation in words."""

    def __init__(self, row: Operation, names: _Names) -> None:
        self.row, self.roles, self.reviewers = row, names.roles, names.reviewers
        self.entity = str((row.diff.get("entity") or [None, ""])[1] or (row.diff.get("entity") or [""])[0] or "")

    def drawn(self) -> dict[str, Any]:
        verb, tone = VERBS[self.row.verb]
        return {
            "at": timezone.localtime(self.row.at).strftime("%Y-%m-%d %H:%M"),
            "who": directory.person_name(self.row.actor),
            "subject": self.subject(),
            "verb": verb,
            "tone": tone,
            "change": self.change(),
            "undo": self.row.pk if undoing.may_undo(self.row) else None,
        }

    def role(self, role: int) -> str:
        return self.roles.get(role, str(role))

    def subject(self) -> str:
        kind = str(SUBJECTS[self.row.subject])
        name = {
            "user": directory.person_name,
            "department": directory.department_name,
            "role": self.role,
            "dictionaryvalue": _value,
        }.get(self.row.subject)
        return f"{kind} {name(self.row.subject_id)}" if name else kind

    def change(self) -> str:
        return _("; ").join(
            _("%(what)s: %(old)s → %(new)s") % {"what": COLUMNS[key], "old": self.word(key, old) or "—", "new": self.word(key, new) or "—"}
            if old != new and self.row.verb == "update"
            else f"{COLUMNS[key]}: {self.word(key, new if new is not None else old)}"
            for key, (old, new) in self.row.diff.items()
            if key in COLUMNS
        )

    def word(self, key: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if key in ("user_id", "person_id", "manager_id", "head_id"):
            return directory.person_name(value)
        if key == "parent_id" and self.row.subject == "dictionaryvalue":
            return _value(value)
        if key == "above":
            found = lists.get(value)
            return found.label if found else str(value)
        if key in ("department_id", "parent_id"):
            return directory.department_name(value)
        if key == "role_id":
            return self.role(value)
        if key == "into_id":
            return _value(value)
        if key in ("team_id", "position_id"):
            return directory.grantee_name(key.removesuffix("_id"), value)
        if key == "region":
            return regions.label(f"{value:06d}")
        if key == "parts":
            return "".join(text if kind == "text" else f"{{{kind}{':' + text if text else ''}}}" for kind, text in value)
        if isinstance(value, list):
            return _(", ").join(directory.department_name(d) for d in value)
        if key == "review":
            return self.reviewers.get(value, value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return _coded(key, str(value), self.entity)


def _value(number: int) -> str:
    """A value of a choice list, by the labels that it has now."""
    found = next((item for each in DECLARED.values() if (item := each.by_id(number))), None)
    return found.label if found else str(number)


def _coded(key: str, value: str, entity_key: str) -> str:
    entity = next((e for e in registry if e.key == entity_key), None)
    match key:
        case "entity":
            return str(entity.label) if entity else value
        case "scope":
            return str(words.SCOPES.get(value, value))
        case "right":
            return str(words.RIGHTS.get(value, value))
        case "action":
            return words.action_word(entity, value) if entity else value
        case "field":
            return str(entity.fields[value].label) if entity and value in entity.fields else value
        case "until" | "renewed_at":
            return value[:10]
    return value


@administering
def export(request: HttpRequest) -> HttpResponse:
    """The same as a workbook; that it was taken away is itself kept."""

    def lines() -> Iterator[list[str]]:
        names = _names()
        for row in chosen(request).iterator(chunk_size=1_000):
            line = _Line(row, names).drawn()
            yield [line["at"], line["who"], line["subject"], str(line["verb"]), line["change"], row.door, row.request]

    AccessLog.objects.create(
        at=clock.now(), actor=actor_of(request).id, verb="export", entity="org.operation", data={"asked": request.GET.dict()}
    )
    heads = [_("When"), _("By whom"), _("What"), _("How"), _("What changed"), _("Door"), _("Request")]
    return workbook(_("Trail of administration"), heads, lines())


@administering
@require_POST
def undo(request: HttpRequest, operation: int) -> HttpResponse:
    """Take one change of the shape back."""
    row = Operation.objects.filter(pk=operation).first()
    if row is None:
        raise Http404
    try:
        undoing.undo(row, actor=actor_of(request))
    except Refused as refusal:
        return refused(request, told(refusal))
    return go(request, f"/admin/trail/?what={row.subject}", _("Taken back. It stands in the trail as a change of its own."))


urls = [path("admin/trail/", show), path("admin/trail/export/", export), path("admin/trail/<int:operation>/undo/", undo)]

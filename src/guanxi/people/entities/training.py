"""What a colleague has learnt: courses with their hours and results; the certificate is a file of the record."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from guanxi.declare import Choice, Date, Decimals, Entity, Fixed, Grants, Lookup, Preset, Record, Text, Value

RESULT = Fixed(
    "training_result",
    planned=Value("待参加", en="Planned", colour="b", default=True),
    passed=Value("合格", en="Passed", colour="g"),
    excellent=Value("优秀", en="Excellent", colour="v"),
    failed=Value("不合格", en="Not passed", colour="r"),
    attended=Value("已参加", en="Attended"),
)
OWN = {"view": "reports", "export": "reports"}
BRANCH = {"view": "department", "export": "department"}
HOUSE = {"view": "all", "export": "all"}
KEEPS = {"view": "all", "create": "all", "edit": "all", "delete": "all", "import": "all", "export": "all"}
EVERYBODY = ("sales", "finance", "service", "marketing", "readonly")


class Training(Record):
    subject = Text(_("Course"), max_length=200, aliases=("培训课程", "课程", "培训名称"))
    employee = Lookup(_("Employee"), "people.Employee", blank=False, back="trainings", back_label=_("Training"), aliases=("员工", "参训人"))
    held_on = Date(_("Held on"), aliases=("培训日期",))
    hours = Decimals(_("Course hours"), places=1, aliases=("学时", "课时"))
    given_by = Text(_("Given by"), blank=True, max_length=120, aliases=("讲师", "培训机构"))
    result = Choice(_("Result"), RESULT, aliases=("培训结果", "成绩"))
    certificate = Text(_("Certificate number"), blank=True, max_length=80, aliases=("证书编号",))
    valid_until = Date(_("Valid until"), aliases=("证书有效期",))


class TrainingEntity(Entity, model=Training):
    slug = "trainings"
    label = _("Training")
    label_plural = _("Training")
    icon = "book"
    teaches = _("What colleagues have learnt and when: courses, results and certificates.")
    section = _("Company")
    place = 93
    title = "subject"
    parent = "employee"
    columns = ("subject", "employee", "held_on", "hours", "given_by", "result", "valid_until")
    filters = ("result", "held_on", "valid_until", "employee", "department")
    sorts = ("updated_at", "held_on")
    search = ("subject",)
    layout = {
        _("Course"): ("subject", "employee", "held_on", "hours", "given_by", "result"),
        _("Certificate"): ("certificate", "valid_until"),
    }
    quick = ("employee", "subject", "held_on", "hours", "result")
    chips = ("result",)
    hidden_in_form = ("owner",)
    views = (
        Preset("mine", _("My own"), ["owner", "is", "me"], sort="-held_on"),
        Preset("planned", _("Ahead"), ["result", "is", "planned"], sort="held_on"),
        Preset("all", _("All"), [], sort="-held_on"),
    )
    grants = Grants({**dict.fromkeys(EVERYBODY, OWN), "manager": BRANCH, "director": HOUSE, "business": KEEPS, "admin": KEEPS})

    def validate(self, record: Any, changed: set[str], errors: dict[str, str]) -> None:
        """Hours are not negative, and a certificate does not end before it is earned."""
        if record.hours is not None and record.hours < 0:
            errors.setdefault("hours", _now("Hours are not negative."))
        if record.held_on and record.valid_until and record.valid_until < record.held_on and changed & {"held_on", "valid_until"}:
            errors.setdefault("valid_until", _now("This lies before the day of the course."))

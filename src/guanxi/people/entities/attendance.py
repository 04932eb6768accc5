"""A day at work: when somebody came and left, by the server's clock. Nobody types the times: pressing writes them (`people.clocking`)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.declare import Choice, Date, DateTime, Entity, Fixed, Grants, Preset, Record, Text, Value

STATE = Fixed(
    "attendance_state",
    normal=Value("正常", en="On time", colour="g"),
    late=Value("迟到", en="Late", colour="a"),
    early=Value("早退", en="Left early", colour="a"),
    both=Value("迟到早退", en="Late and left early", colour="r"),
    present=Value("上班中", en="At work", colour="b"),
    missing=Value("缺卡", en="Press missing", colour="r"),
    extra=Value("加班", en="On a day off", colour="v"),
)
#: Everybody sees himself and those who report to him, whoever leads a department all of it, the heads of the house everybody.
OWN = {"view": "reports", "export": "reports"}
BRANCH = {"view": "department", "export": "department"}
HOUSE = {"view": "all", "export": "all"}
EVERYBODY = ("admin", "sales", "finance", "service", "marketing", "readonly")


class Attendance(Record):
    name = Text(_("Day at work"), max_length=120)
    day = Date(_("Day"), computed=True, aliases=("日期", "考勤日期"))
    came = DateTime(_("Came"), computed=True, aliases=("签到时间", "上班时间"))
    gone = DateTime(_("Left"), computed=True, aliases=("签退时间", "下班时间"))
    state = Choice(_("How it went"), STATE, blank=True, computed=True, aliases=("考勤状态",))
    came_at = Text(_("Place of coming"), blank=True, max_length=200, computed=True, aliases=("签到地点",))
    gone_at = Text(_("Place of leaving"), blank=True, max_length=200, computed=True, aliases=("签退地点",))

    class Meta:
        # Two tabs that press at the same moment make one row.
        constraints = (models.UniqueConstraint(fields=["owner", "day"], condition=models.Q(deleted_at=None), name="attendance_once"),)


class AttendanceEntity(Entity, model=Attendance):
    slug = "attendance"
    label = _("Attendance")
    label_plural = _("Attendance")
    icon = "alarm"
    teaches = _("Coming and leaving, day by day. One press on the workbench writes the first line.")
    section = _("Company")
    place = 91
    columns = ("name", "owner", "day", "came", "gone", "state", "came_at")
    filters = ("day", "state", "owner", "department")
    sorts = ("day",)
    layout = {_("Times"): ("day", "state", "came", "gone", "came_at", "gone_at")}
    chips = ("state",)
    hidden_in_form = ("owner",)
    beside = ((_("Month table"), "/attendance/month/", "table"),)
    views = (
        Preset("mine", _("My own"), ["owner", "is", "me"], sort="-day"),
        Preset("today", _("Today"), ["day", "is", "today"], sort="-day"),
        Preset("odd", _("Not as planned"), ["state", "in", ["late", "early", "both", "missing"]], sort="-day"),
        Preset("all", _("All"), [], sort="-day"),
    )
    grants = Grants({**dict.fromkeys(EVERYBODY, OWN), "manager": BRANCH, "director": HOUSE, "business": HOUSE})

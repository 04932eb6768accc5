"""The trail of the organisation: people, departments, roles and rights, by whatever road they were changed."""

from __future__ import annotations

from importlib.resources import files

from django.conf import settings
from django.db import connection

from guanxi.kernel import history

#: Watched tables, and what of their rows is nobody's business or no change.
SUBJECTS = {
    "user": "password,last_login,preferences,theme,language,created_at,epoch,picture",
    "department": "",
    "membership": "",
    "role": "",
    "assignment": "",
    "team": "",
    "teammember": "",
    "teamrole": "",
    "position": "",
    "positionholder": "",
    "territory": "",
    "grant": "",
    "fieldright": "",
    "policy": "",
    "sharedaccount": "",
    "provider": "secret",
    "identity": "known_as,created_at",
    "token": "digest,used_at",
    "application": "digest,used_at",
    "dictionaryvalue": "extra",
    "choicelist": "",
    "numbering": "",
    "customfield": "",
    "customentity": "",
    "formlayout": "",
    "printtemplate": "",
    "texttemplate": "",
    "titletemplate": "",
    "webhook": "secret,failing_since",
    "channel": "secrets,token,failing_since",
    "approvedtext": "",
    "collectform": "token,received,last_at",
}
#: What is not kept by this area.
TABLES = {
    "dictionaryvalue": "kernel_dictionaryvalue",
    "choicelist": "kernel_choicelist",
    "numbering": "kernel_numbering",
    "customfield": "kernel_customfield",
    "customentity": "kernel_customentity",
    "formlayout": "kernel_formlayout",
    "printtemplate": "surfaces_printtemplate",
    "texttemplate": "surfaces_texttemplate",
    "titletemplate": "kernel_titletemplate",
    "webhook": "surfaces_webhook",
    "channel": "surfaces_channel",
    "approvedtext": "surfaces_approvedtext",
    "collectform": "surfaces_collectform",
}


def watch() -> None:
    """Install the triggers; twice changes nothing."""
    with connection.cursor() as cursor:
        for rules in ("operations.sql", "clearing.sql"):
            cursor.execute((files("guanxi.org") / rules).read_text(encoding="utf-8"))
        for subject, skipped in SUBJECTS.items():
            cursor.execute("SELECT guanxi_operates(%s, %s, %s)", [TABLES.get(subject, f"org_{subject}"), subject, skipped])
        history.keep_by_month("org_operation")
        cursor.execute("SELECT guanxi_operations_closed(%s)", [settings.GUANXI_APP_ROLE])

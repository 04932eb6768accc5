"""Every address of the program, how it is guarded, and what a rightful request to it looks like.

The test compares this with Django's own resolver: an address that is missing here fails it. Say of a new one what guards
it; `OPEN` is for addresses that answer strangers on purpose, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from guanxi.kernel.dictionary import Dictionary
from guanxi.surfaces import tiles
from tests.security import parts
from tests.security.bodies import (
    action,
    binned,
    board,
    branch,
    carried,
    channel,
    channelled,
    collect_form,
    collecting,
    column,
    columns,
    compared,
    creation,
    dated,
    deed,
    empty,
    export,
    handed_back,
    handover,
    hook,
    hooked,
    ids,
    into_east,
    later,
    mate,
    move,
    new_title,
    number_parts,
    only_pools,
    opening,
    organisation,
    phone,
    portrait,
    print_of,
    print_picture,
    print_template,
    program,
    programs,
    readers,
    ready_text,
    related,
    said,
    sellers,
    sent_out,
    set_title,
    shape_file,
    stage,
    stamp,
    team,
    text_of,
    text_template,
    upload,
    values_file,
    verdict,
    view,
)
from tests.security.conftest import SERVICE, World

Body = Callable[[World], dict[str, Any] | None]


@dataclass(frozen=True)
class Rule:
    """How an address is guarded.

    `record`: by the scope on one record (also through its comment, file or write). `own`: for one person alone, whatever
    others may see. `admin`: for whoever looks after accounts, whatever he may see. `list`: open to whoever may view the
    entity; what is out of scope does not appear. `bulk`: takes ids, and leaves those alone that are out of scope.
    `person`: for everybody signed in, about himself. `judge`: for whom the author asks, and who may do the same at once.
    """

    guard: str
    get: bool = True
    post: Body | None = None
    #: What an onlooker, who sees the record and may not edit it, may do all the same.
    looking: bool = False
    #: Further parts of the address; None means that this entity has no such address.
    parts: Callable[[World], dict[str, Any] | None] = lambda world: {}
    query: str = ""


_DEPARTMENT = "admin/departments/<int:department_id>/"
_POSITION = "admin/positions/<int:position_id>/"
_TEAM = "admin/teams/<int:team_id>/"
_ACCOUNT = "admin/accounts/<int:user_id>/"
_PRINT = "admin/prints/<int:template_id>/"
_TEXT = "admin/texts/<int:text_id>/"
_HOOK = "admin/webhooks/<int:hook_id>/"
_CHANNEL = "admin/channels/<int:channel_id>/"
_COLLECT = "admin/collect/<int:form_id>/"
_RECORD, _RUN = "<slug:slug>/<int:record_id>/", "<slug:slug>/import/<int:run_id>/"
RULES: dict[str, Rule] = {
    "": Rule("person"),
    "_home/<slug:code>/": Rule("person", parts=lambda world: {"code": tiles.of(world.cast.owner)[0].code}),
    "_search/": Rule("person", query="?q=Zanzibar"),
    "_counts/": Rule("person"),
    "_pick/regions/": Rule("person", query="?q=Hang"),
    # Whom it names: see tests/surfaces/test_notices.py.
    "_pick/colleagues/": Rule("person", query="?q=x"),
    "notifications/": Rule("person"),
    "notifications/read/": Rule("person", get=False, post=empty),
    "jobs/": Rule("person"),
    "petitions/": Rule("person"),
    "petitions/new/<slug:slug>/": Rule("person", parts=lambda world: {"slug": "customers"}),
    "settings/": Rule("person", post=empty),
    # What stands in it is narrowed by grants: see tests/staff/test_attendance.py.
    "attendance/month/": Rule("person"),
    "attendance/month/export/": Rule("person"),
    "attendance/press/": Rule("person", get=False, post=lambda world: {"which": "in"}),
    "preview/leave/": Rule("person", get=False, post=empty),
    "settings/password/": Rule("person", post=empty),
    "settings/second/": Rule("person", post=empty),
    "settings/second/codes/": Rule("person", get=False, post=empty),
    "settings/second/remove/": Rule("person", get=False, post=empty),
    # As far as his grants go: see tests/api/test_guide.py.
    "api/docs/": Rule("person", post=empty),
    "settings/tokens/": Rule("person", post=lambda world: {"name": "Newly made", "scope": "read", "days": "30"}),
    # Only one's own: see tests/api/test_tokens.py.
    "settings/tokens/<int:token_id>/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "settings/sessions/": Rule("person"),
    "settings/sessions/others/": Rule("person", get=False, post=empty),
    # Only one's own: see tests/security/test_sessions.py.
    "settings/sessions/<int:presence_id>/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "_here/": Rule("person"),
    # Behind a signature: see tests/security/test_recovery.py.
    "settings/email/<str:signed>/": Rule("own", post=empty, parts=lambda world: None),
    "settings/identities/": Rule("person"),
    # Of a service that is set up, and with the password: see tests/security/test_single.py.
    "settings/identities/<int:provider_id>/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "settings/identities/<int:provider_id>/remove/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "settings/second/passkeys/": Rule("person", get=False, post=empty),
    # Only one's own: see tests/journeys/test_sign_in.py.
    "settings/second/passkeys/<int:key_id>/remove/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "settings/picture/": Rule("person", get=False, post=portrait),
    # Of a person whom one may know: see tests/surfaces/test_pictures.py.
    "_picture/<int:user_id>/<slug:version>/": Rule("own", parts=lambda world: None),
    "settings/theme/": Rule("person", get=False, post=lambda world: {"theme": "dark"}),
    "settings/density/": Rule("person", get=False, post=lambda world: {"density": "compact"}),
    "settings/guide/": Rule("person", get=False, post=empty),
    "settings/rail/": Rule("person", get=False, post=lambda world: {"rail": "narrow"}),
    "admin/": Rule("admin"),
    "admin/access/": Rule("admin"),
    "admin/access/export/": Rule("admin"),
    "admin/access/<int:role_id>/<slug:slug>/": Rule("admin", post=lambda world: {"action": "export", "scope": "none"}, parts=sellers),
    "admin/roles/new/": Rule("admin", post=lambda world: {"name": "Newly made"}),
    "admin/roles/compare/": Rule("admin"),
    "admin/roles/<int:role_id>/": Rule("admin", post=lambda world: {"name": "Renamed"}, parts=sellers),
    "admin/roles/<int:role_id>/assign/": Rule("admin", get=False, post=lambda world: {"user": world.cast.stranger.id}, parts=sellers),
    "admin/roles/<int:role_id>/revoke/": Rule("admin", get=False, post=lambda world: {"user": world.cast.stranger.id}, parts=sellers),
    "admin/roles/<int:role_id>/close/": Rule("admin", get=False, post=empty, parts=sellers),
    "admin/roles/<int:role_id>/delegate/": Rule("admin", get=False, post=lambda world: {"delegable": "1"}, parts=sellers),
    "admin/roles/<int:role_id>/entrust/": Rule("admin", get=False, post=lambda world: {"keeps": "department"}, parts=sellers),
    "admin/roles/<int:role_id>/second/": Rule("admin", get=False, post=lambda world: {"second": "1"}, parts=sellers),
    "admin/sign-in/": Rule("admin", post=lambda world: {"idle": "60"}),
    "admin/licences/": Rule("admin"),
    "admin/licences/ceiling/": Rule("admin", get=False, post=lambda world: {"ceiling": "5"}),
    "admin/licences/account/": Rule("admin", get=False, post=lambda world: {"user": world.cast.mate.id, "share": "1"}),
    "admin/hours/": Rule("admin", post=lambda world: {"start": "08:00", "noon": "12:00", "back": "13:00", "end": "17:00"}),
    "admin/registrations/": Rule("admin"),
    "admin/registrations/rules/": Rule("admin", get=False, post=lambda world: {"open": "1"}),
    # Of a request that waits: see tests/security/test_registration.py.
    "admin/registrations/<int:number>/refuse/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "admin/providers/": Rule("admin"),
    "admin/providers/new/": Rule("admin", post=lambda world: {"name": "Newly made", **SERVICE}),
    "admin/providers/<int:provider_id>/": Rule("admin", post=lambda world: {"name": "Renamed", **SERVICE}),
    "admin/entities/": Rule("admin"),
    "admin/entities/new/": Rule("admin", post=lambda world: {"zh": "拜访报告"}),
    "admin/entities/<slug:of>/": Rule("admin", post=lambda world: {"zh": "仪器台账"}, parts=parts.designed),
    "admin/entities/<slug:of>/retire/": Rule("admin", get=False, post=empty, parts=parts.designed),
    "admin/collect/": Rule("admin"),
    "admin/collect/new/": Rule("admin", post=lambda world: {"name": "Newly made", "of": "leads"}),
    _COLLECT: Rule("admin", post=collecting, parts=collect_form),
    _COLLECT + "look/": Rule("admin", parts=collect_form),
    _COLLECT + "link/": Rule("admin", get=False, post=empty, parts=collect_form),
    _COLLECT + "switch/": Rule("admin", get=False, post=empty, parts=collect_form),
    _COLLECT + "received/": Rule("admin", parts=collect_form),
    "collected/": Rule("person"),
    # Of what came in by one's own form, or by one whose records one sees all: see tests/collect/test_collecting.py.
    "collected/<int:number>/again/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "collected/<int:number>/dismiss/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "collected/<int:number>/reveal/<slug:key>/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "admin/channels/": Rule("admin"),
    "admin/channels/new/": Rule("admin", post=channelled, query="?by=smtp"),
    _CHANNEL: Rule("admin", post=channelled, parts=channel),
    _CHANNEL + "test/": Rule("admin", get=False, post=lambda world: {"to": "nobody"}, parts=channel),
    _CHANNEL + "remove/": Rule("admin", get=False, post=empty, parts=channel),
    "admin/webhooks/": Rule("admin"),
    "admin/webhooks/new/": Rule("admin", post=hooked),
    "admin/webhooks/where/": Rule("admin"),
    _HOOK: Rule("admin", post=hooked, parts=hook),
    _HOOK + "secret/": Rule("admin", get=False, post=empty, parts=hook),
    _HOOK + "test/": Rule("admin", get=False, post=empty, parts=hook),
    _HOOK + "remove/": Rule("admin", get=False, post=empty, parts=hook),
    _HOOK + "deliveries/<int:delivery_id>/replay/": Rule("admin", get=False, post=empty, parts=hook),
    "admin/applications/": Rule("admin"),
    "admin/applications/new/": Rule("admin", post=program),
    "admin/applications/<int:application_id>/": Rule("admin", post=program, parts=programs),
    "admin/applications/<int:application_id>/secret/": Rule("admin", get=False, post=empty, parts=programs),
    "admin/departments/": Rule("admin"),
    "admin/departments/new/": Rule("admin", post=lambda world: {"name": "Newly made"}),
    **{f"admin/{table}/export/": Rule("admin") for table in ("departments", "teams", "positions")},
    # What a file brings: see tests/surfaces/test_structure_files.py.
    **{f"admin/{table}/import/": Rule("admin", post=organisation) for table in ("departments", "teams", "positions")},
    _DEPARTMENT: Rule("admin", get=False, post=lambda world: {"name": "Renamed"}, parts=branch),
    _DEPARTMENT + "place/": Rule("admin", get=False, post=empty, parts=branch),
    _DEPARTMENT + "merge/": Rule("admin", get=False, post=into_east, parts=branch),
    _DEPARTMENT + "company/": Rule("admin", get=False, post=lambda world: {"company": "1"}, parts=branch),
    _DEPARTMENT + "close/": Rule("admin", get=False, post=lambda world: {"active": "1"}, parts=branch),
    "admin/positions/": Rule("admin"),
    "admin/positions/new/": Rule("admin", post=lambda world: {"name": "Newly made"}),
    _POSITION: Rule("admin", get=False, post=lambda world: {"name": "Renamed"}),
    _POSITION + "shift/": Rule("admin", get=False, post=lambda world: {"up": "1"}),
    _POSITION + "close/": Rule("admin", get=False, post=empty),
    "admin/fields/": Rule("admin"),
    "admin/fields/<slug:of>/": Rule("admin", parts=parts.kind),
    "admin/fields/<slug:of>/add/": Rule("admin", get=False, post=lambda world: {"zh": "Newly made", "sort": "text"}, parts=parts.kind),
    "admin/fields/<slug:of>/<int:field_id>/": Rule("admin", get=False, post=lambda world: {"zh": "Renamed"}, parts=parts.added),
    "admin/fields/<slug:of>/<int:field_id>/shift/": Rule("admin", get=False, post=empty, parts=parts.added),
    "admin/fields/<slug:of>/<int:field_id>/retire/": Rule("admin", get=False, post=empty, parts=parts.added),
    "admin/fields/<slug:of>/<int:field_id>/quick/": Rule("admin", get=False, post=empty, parts=parts.added),
    "admin/fields/<slug:of>/<int:field_id>/retype/": Rule("admin", get=False, post=lambda world: {"sort": "integer"}, parts=parts.added),
    "admin/fields/<slug:of>/<int:field_id>/back/": Rule("admin", get=False, post=empty, parts=parts.converted),
    "admin/layouts/": Rule("admin"),
    "admin/layouts/<slug:of>/": Rule("admin", post=lambda world: {"line": ["#", "name"], "zh": "Newly made", "en": ""}, parts=parts.kind),
    "admin/layouts/<slug:of>/preview/": Rule("admin", parts=parts.kind),
    "admin/layouts/<slug:of>/give-up/": Rule("admin", get=False, post=empty, parts=parts.kind),
    "admin/prints/": Rule("admin"),
    "admin/prints/new/": Rule("admin", post=lambda world: {"of": "customers", "zh": "Newly made", "begin": "empty"}),
    "admin/prints/pictures/<int:picture_id>/": Rule("admin", parts=print_picture),
    _PRINT: Rule("admin", post=lambda world: {"zh": "Renamed"}, parts=print_template),
    # Makes a picture and keeps nothing: see tests/prints/test_prints.py.
    _PRINT + "look/": Rule("admin", get=False, post=None, parts=print_template),
    _PRINT + "sample/": Rule("admin", parts=print_template),
    _PRINT + "switch/": Rule("admin", get=False, post=empty, parts=print_template),
    _PRINT + "picture/": Rule("admin", get=False, post=portrait, parts=print_template),
    _PRINT + "versions/<int:number>/back/": Rule("admin", get=False, post=empty, parts=print_template),
    # Of a template by a Word file: see tests/prints/test_word.py.
    _PRINT + "versions/<int:number>/file/": Rule("own", parts=lambda world: None),
    "admin/texts/": Rule("admin"),
    "admin/texts/new/": Rule("admin", post=ready_text),
    # Fills and keeps nothing: see tests/surfaces/test_texts.py.
    "admin/texts/look/<slug:of>/": Rule("admin", get=False, post=None, parts=lambda world: {"of": "customers"}),
    _TEXT: Rule("admin", post=ready_text, parts=text_template),
    _TEXT + "switch/": Rule("admin", get=False, post=empty, parts=text_template),
    "admin/titles/": Rule("admin"),
    "admin/titles/<slug:of>/": Rule("admin", post=lambda world: {"source": "{{owner}} {{today}}"}, parts=lambda world: {"of": "customers"}),
    "admin/titles/<slug:of>/look/": Rule("admin", get=False, post=None, parts=lambda world: {"of": "customers"}),
    "admin/shape/": Rule("admin", post=shape_file),
    "admin/shape/export/": Rule("admin"),
    "admin/numbers/": Rule("admin"),
    "admin/numbers/<slug:of>/<slug:key>/": Rule("admin", post=number_parts, parts=parts.number),
    "admin/numbers/<slug:of>/<slug:key>/preview/": Rule("admin", get=False, post=number_parts, parts=parts.number),
    "admin/lists/": Rule("admin"),
    "admin/lists/<slug:code>/": Rule("admin", parts=parts.level),
    "admin/lists/<slug:code>/export/": Rule("admin", parts=parts.level),
    "admin/lists/<slug:code>/import/": Rule("admin", post=values_file, parts=parts.level),
    "admin/lists/<slug:code>/add/": Rule("admin", get=False, post=lambda world: {"lines": "Newly made"}, parts=parts.level),
    "admin/lists/<slug:code>/hang/": Rule("admin", get=False, post=empty, parts=parts.level),
    "admin/lists/<slug:code>/<int:value_id>/": Rule(
        "admin", get=False, post=lambda world: {"zh": "Renamed", "active": "1"}, parts=parts.value
    ),
    "admin/lists/<slug:code>/<int:value_id>/shift/": Rule("admin", get=False, post=empty, parts=parts.value),
    "admin/lists/<slug:code>/<int:value_id>/departments/": Rule("admin", get=False, post=empty, parts=parts.value),
    "admin/lists/<slug:code>/<int:value_id>/move/": Rule("admin", get=False, post=empty, parts=parts.value),
    "admin/lists/<slug:code>/<int:value_id>/merge/": Rule(
        "admin", get=False, post=lambda world: {"into": Dictionary("customer_level").items()[1].id}, parts=parts.value
    ),
    "admin/teams/": Rule("admin"),
    "admin/teams/new/": Rule("admin", post=lambda world: {"name": "Newly made"}),
    _TEAM: Rule("admin", get=False, post=lambda world: {"name": "Renamed"}, parts=team),
    _TEAM + "close/": Rule("admin", get=False, post=empty, parts=team),
    _TEAM + "member/": Rule("admin", get=False, post=lambda world: {"user": world.cast.stranger.id}, parts=team),
    _TEAM + "role/": Rule("admin", get=False, post=readers, parts=team),
    "admin/accounts/": Rule("admin"),
    "admin/accounts/new/": Rule("admin", post=lambda world: {"step": "1", "then": "continue", "name": "Newly made", "login": "newly"}),
    "admin/accounts/suggest/": Rule("admin", query="?name=Newly"),
    "admin/accounts/batch/": Rule("admin"),
    "admin/accounts/ceiling/": Rule("admin", get=False, post=lambda world: {"ceiling": "1000"}),
    _ACCOUNT: Rule("admin", parts=mate),
    _ACCOUNT + "lock/": Rule("admin", get=False, post=empty, parts=mate),
    _ACCOUNT + "leave/": Rule("admin", get=False, post=empty, parts=mate),
    _ACCOUNT + "roles/": Rule("admin", get=False, post=lambda world: {"like": world.cast.director.id}, parts=mate),
    _ACCOUNT + "give/": Rule("admin", get=False, post=readers, parts=mate),
    _ACCOUNT + "take/": Rule("admin", get=False, post=readers, parts=mate),
    _ACCOUNT + "territory/": Rule("admin", get=False, post=lambda world: {"region": "330000"}, parts=mate),
    _ACCOUNT + "reset/": Rule("admin", get=False, post=empty, parts=mate),
    _ACCOUNT + "sessions/": Rule("admin", get=False, post=empty, parts=mate),
    _ACCOUNT + "second/": Rule("admin", get=False, post=empty, parts=mate),
    "admin/why/": Rule("admin", query="?q="),
    "admin/arrivals/": Rule("admin"),
    "admin/arrivals/export/": Rule("admin"),
    "admin/hints/": Rule("admin"),
    "admin/clearing/": Rule("admin"),
    "admin/trail/": Rule("admin"),
    "admin/trail/export/": Rule("admin"),
    "admin/trail/<int:operation>/undo/": Rule("admin", get=False, post=empty, parts=parts.operation),
    "_pick/values/<slug:code>/": Rule("person", parts=parts.tree),
    "_pick/<slug:slug>/": Rule("list", query="?q=Zanzibar"),
    "<slug:slug>/": Rule("list"),
    "<slug:slug>/new/": Rule("list", post=creation),
    # It reads what was sent and keeps nothing: see tests/surfaces/test_card.py.
    "<slug:slug>/_card/": Rule(
        "list",
        get=False,
        post=lambda world: {"text": "王一 13800006021"},
        parts=lambda world: {} if world.entity.card else None,
    ),
    "<slug:slug>/_similar/": Rule("list", query="?field=remark&value=Zanzibar"),
    "<slug:slug>/_counts/": Rule("list"),
    "<slug:slug>/_exact/": Rule("list"),
    "<slug:slug>/_panel/filter/": Rule("list"),
    "<slug:slug>/_panel/columns/": Rule("list"),
    "<slug:slug>/_column/": Rule("list", parts=column, query="?layout=board&to=<slug:column>"),
    "<slug:slug>/_figures/": Rule("list", parts=board),
    "<slug:slug>/_totals/": Rule("list", post=empty),
    # Kept for whoever says so, and only how he looks at it: see tests/surfaces/test_board.py.
    "<slug:slug>/_look/": Rule("list", get=False, post=lambda world: {"hide": "empty"}),
    "<slug:slug>/_bin/": Rule("list"),
    # Of two records that one may see, and by who may merge: see tests/surfaces/test_merging.py.
    "<slug:slug>/_merge/": Rule("own", post=empty, parts=lambda world: None),
    "<slug:slug>/_duplicates/": Rule("list", parts=compared),
    "<slug:slug>/_duplicates/look/": Rule("list", get=False, post=empty, parts=compared),
    "<slug:slug>/_duplicates/<int:pair_id>/part/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "<slug:slug>/_duplicates/<int:pair_id>/again/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "<slug:slug>/_views/": Rule("list", post=view),
    "<slug:slug>/_columns/": Rule("list", get=False, post=columns),
    "<slug:slug>/_views/pin/": Rule("list", get=False, post=lambda world: {"view": "starred"}),
    "<slug:slug>/_views/opening/": Rule("list", get=False, post=lambda world: {"view": "starred"}),
    "<slug:slug>/_widths/": Rule("list", get=False, post=lambda world: {"widths": "{}"}),
    "<slug:slug>/import/": Rule("list"),
    "<slug:slug>/import/template/": Rule("list"),
    "<slug:slug>/export/": Rule("list", post=export),
    # Of what one may export: see tests/prints/test_prints.py.
    "<slug:slug>/_print/": Rule("list"),
    "<slug:slug>/_transfer/": Rule("bulk", post=handover),
    "<slug:slug>/_share/": Rule("bulk", post=opening),
    "<slug:slug>/_bulk/": Rule("bulk", post=set_title),
    "<slug:slug>/_delete/": Rule("bulk", post=ids),
    # Counts what the three above would do and changes nothing: see tests/surfaces/test_bulk_jobs.py.
    "<slug:slug>/_rehearse/<slug:verb>/": Rule("list", get=False, post=set_title, parts=lambda world: {"verb": "edit"}),
    "<slug:slug>/_bin/restore/": Rule("bulk", get=False, post=binned),
    "<slug:slug>/<int:record_id>/_work/": Rule("record", parts=lambda world: {} if world.entity.person else None),
    "<slug:slug>/_do/<slug:code>/": Rule("bulk", post=handed_back, parts=deed),
    "<slug:slug>/_forecast/": Rule("list", parts=only_pools),
    "<slug:slug>/_recycle/": Rule("list", get=False, post=empty, parts=only_pools),
    "<slug:slug>/_move/": Rule("record", get=False, post=move, parts=carried),
    "<slug:slug>/_day/": Rule("record", get=False, post=later, parts=dated),
    _RECORD: Rule("record"),
    _RECORD + "_history/": Rule("record"),
    _RECORD + "_why/": Rule("record"),
    _RECORD + "_print/": Rule("record"),
    _RECORD + "_print/<int:template_id>/": Rule("record", parts=print_of),
    _RECORD + "_texts/": Rule("record"),
    _RECORD + "_texts/<int:text_id>/": Rule("record", parts=text_of),
    _RECORD + "_texts/send/": Rule("record", get=False, post=sent_out),
    _RECORD + "_messages/": Rule("record"),
    _RECORD + "_merge/": Rule("record", post=empty),
    # For who is granted to erase, or to export: see tests/surfaces/test_erasure.py.
    _RECORD + "_forget/": Rule("own", get=False, post=empty, parts=lambda world: None),
    _RECORD + "_dossier/": Rule("own", parts=lambda world: None),
    _RECORD + "_participants/": Rule("record"),
    _RECORD + "_participants/<int:share_id>/remove/": Rule("record", get=False, post=empty, looking=True),
    _RECORD + "_related/<slug:code>/": Rule("record", parts=related),
    # Of rows that administrators designed: see tests/surfaces/test_entities.py.
    _RECORD + "_rows/<slug:code>/": Rule("record", parts=lambda world: None),
    _RECORD + "_rows/<slug:code>/<int:row_id>/": Rule("record", get=False, post=empty, parts=lambda world: None),
    _RECORD + "_timeline/": Rule("record"),
    _RECORD + "_files/": Rule("record", post=upload),
    _RECORD + "_compose/": Rule("record", get=False, post=said, looking=True),
    _RECORD + "_comment/": Rule("record", get=False, post=said, looking=True),
    _RECORD + "_seen/": Rule("record", get=False, post=empty, looking=True),
    _RECORD + "_star/": Rule("record", get=False, post=lambda world: {"on": "1"}, looking=True),
    _RECORD + "_follow/": Rule("record", get=False, post=lambda world: {"on": "1"}, looking=True),
    _RECORD + "_reveal/<slug:key>/": Rule("record", get=False, post=empty, parts=phone, looking=True),
    _RECORD + "_stage/<slug:code>/": Rule("record", get=False, post=empty, parts=stage),
    _RECORD + "_action/<slug:code>/": Rule("record", post=empty, parts=action),
    _RECORD + "_field/<slug:key>/": Rule("record", post=new_title, parts=lambda world: {"key": world.entity.title}),
    _RECORD + "edit/": Rule("record", post=new_title),
    _RECORD + "delete/": Rule("record", get=False, post=empty),
    "_files/<int:file_id>/": Rule("record"),
    "_files/<int:file_id>/view/": Rule("record"),
    "_files/<int:file_id>/text/": Rule("record"),
    "_files/<int:file_id>/thumb/": Rule("record", parts=parts.picture),
    "_files/<int:file_id>/delete/": Rule("record", get=False, post=empty),
    "_files/<int:file_id>/restore/": Rule("record", get=False, post=empty, parts=lambda world: {"file_id": world.ids["removed_id"]}),
    "_comments/<int:comment_id>/form/": Rule("own"),
    "_comments/<int:comment_id>/earlier/": Rule("record"),
    "_comments/<int:comment_id>/react/<slug:kind>/": Rule(
        "record", get=False, post=lambda world: {"on": "1"}, looking=True, parts=lambda world: {"kind": "agree"}
    ),
    "_comments/<int:comment_id>/": Rule("own", get=False, post=said),
    "_comments/<int:comment_id>/remove/": Rule("own", get=False, post=empty),
    "_comments/<int:comment_id>/restore/": Rule("own", get=False, post=empty, parts=lambda world: {"comment_id": world.ids["unsaid_id"]}),
    "_undo/<int:record_id>/<int:version>/": Rule("own", get=False, post=empty, parts=stamp),
    "_undo/<uuid:write_id>/": Rule("own", get=False, post=empty, parts=stamp),
    "petitions/<int:number>/withdraw/": Rule("own", get=False, post=empty, parts=lambda world: {"number": world.ids["petition_id"]}),
    # By who may hand the record over: see tests/surfaces/test_petitions.py.
    "petitions/<int:number>/decide/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "reviews/": Rule("person"),
    "reviews/decide/": Rule("judge", get=False, post=verdict),
    # What each of them reads in it: see tests/surfaces/test_reviews.py.
    "reviews/<int:number>/": Rule("own", parts=lambda world: None),
    "reviews/<int:number>/withdraw/": Rule("own", get=False, post=empty, parts=lambda world: {"number": world.ids["draft_number"]}),
    # The job works within the grant to hand over: see tests/surfaces/test_handover.py.
    # Only for who sees all that the colleague sees: see tests/surfaces/test_preview.py.
    "preview/": Rule("own", get=False, post=empty, parts=lambda world: None),
    # What one has written oneself: see tests/surfaces/test_channels.py.
    "_messages/<int:number>/take-back/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "_messages/<int:number>/again/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "handover/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "handover/<int:job_id>/back/": Rule("own", get=False, post=empty, parts=lambda world: None),
    # What one handed over oneself: see tests/surfaces/test_taking_along.py.
    "handover/<uuid:write_id>/back/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "jobs/<int:job_id>/": Rule("own"),
    "jobs/<int:job_id>/cancel/": Rule("own", get=False, post=empty),
    "jobs/<int:job_id>/result/": Rule("own"),
    # What has been counted, or done, by oneself: see tests/surfaces/test_bulk_jobs.py.
    "jobs/<int:job_id>/go/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "jobs/<int:job_id>/back/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "jobs/<int:job_id>/again/": Rule("own", get=False, post=empty, parts=lambda world: None),
    "<slug:slug>/_views/<int:view_id>/": Rule("own", post=view),
    "<slug:slug>/_views/<int:view_id>/remove/": Rule("own", get=False, post=empty),
    **{_RUN + step: Rule("own") for step in ("", "look/", "errors/")},
    **{_RUN + step: Rule("own", get=False, post=empty) for step in ("sheet/", "plan/", "words/", "commit/", "cancel/", "undo/")},
}
#: Addresses that answer people who are not signed in, and why.
OPEN = {
    "login/": "one has to come in somehow",
    "f/": "nothing: the address is kept for collection forms",
    "f/<str:token>/": "a collection form, for whoever has its link: see tests/collect",
    "f/<str:token>/thanks/": "what is said once something has arrived by it",
    "receipts/<str:token>/": "a provider of text messages tells what became of them, at an address that only it knows",
    "register/": "who asks for an account has none; it exists only while administrators have it open",
    "login/second/": "for whoever has just said the right password; others are sent back to it",
    "recover/": "who forgot his password cannot sign in; the answer is the same for everybody",
    "recover/<int:user_id>/<str:token>/": "opened by the signed link of a letter",
    "login/with/<int:provider_id>/": "leads to the sign-on service",
    "login/with/<int:provider_id>/back/": "the sign-on service sends people back: state and nonce say who",
    "login/passkey/": "a passkey instead of the password",
    "login/second/passkey/": "for whoever has just said the right password; to others it does not exist",
    "oauth/token": "an application says who it is by its id and secret",
    "mcp": "for assistants: guarded by tokens, see tests/api/test_mcp.py",
    "logout/": "leaving twice does no harm",
    "settings/language/": "the login page has a language too",
}
#: Guarded by tokens, see tests/api.
API = "^api"

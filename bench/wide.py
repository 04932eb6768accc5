"""Two people whose scope is wide in its own way: `wide` of three departments with 500 special grants, `chief` to whom 2,000 report."""

from __future__ import annotations

import psycopg

ROLES = ("wide", "chief")
GRANTS, REPORTS = 500, 2_000


def hire(connection: psycopg.Connection) -> None:
    """Add them to the company, once."""
    if connection.execute("SELECT 1 FROM org_user WHERE login = 'chief'").fetchone():
        return
    for statement in _STATEMENTS:
        connection.execute(statement)
    connection.execute("ANALYZE kernel_share")
    connection.execute("UPDATE kernel_version SET value = value + 1 WHERE name = 'access'")


#: Columns that every account has, taken from `sales`; the password is the same.
_LIKE_SALES = """
INSERT INTO org_user SELECT (jsonb_populate_record(s, jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('org_user', 'id')), 'login', {login}, 'name', {login}, 'department_id', {department}, 'manager_id', {manager}
))).* FROM org_user s {rest} WHERE s.login = 'sales'
"""
_TEAM = "(SELECT id FROM org_department WHERE code = 't1')"
_CHIEF = "(SELECT id FROM org_user WHERE login = 'chief')"
_STATEMENTS = (
    _LIKE_SALES.format(login="'wide'", department=_TEAM, manager="NULL", rest=""),
    _LIKE_SALES.format(login="'chief'", department=_TEAM, manager="NULL", rest=""),
    _LIKE_SALES.format(login="'r' || n", department="s.department_id", manager=_CHIEF, rest=f", generate_series(1, {REPORTS} - 242) n"),
    f"UPDATE org_user SET manager_id = {_CHIEF} WHERE login ~ '^p[0-9]+$'",
    """INSERT INTO org_membership (user_id, department_id)
       SELECT u.id, d.id FROM org_user u, org_department d WHERE u.login = 'wide' AND d.code IN ('t2', 't3')""",
    """INSERT INTO org_assignment (user_id, role_id) SELECT u.id, r.id FROM org_user u, org_role r WHERE u.login = 'wide' AND r.code = 'manager'""",
    """INSERT INTO org_role (code, zh, en, about, admin, active, position, second) VALUES ('chief', '总管', 'Chief', '', false, true, 99, false)""",
    """INSERT INTO org_grant (role_id, entity, action, scope)
       SELECT c.id, g.entity, g.action, CASE g.scope WHEN 'department' THEN 'reports' ELSE g.scope END
       FROM org_role c, org_grant g JOIN org_role m ON m.id = g.role_id WHERE c.code = 'chief' AND m.code = 'manager'""",
    """INSERT INTO org_assignment (user_id, role_id) SELECT u.id, r.id FROM org_user u, org_role r WHERE u.login = 'chief' AND r.code = 'chief'""",
    f"""INSERT INTO kernel_share (entity, record, "to", grantee, edit, part)
        SELECT 'customers.customer', c.id, 'person', (SELECT id FROM org_user WHERE login = 'wide'), false, 'viewer'
        FROM customers_customer c WHERE c.department_id NOT IN (SELECT id FROM org_department WHERE code IN ('t1', 't2', 't3'))
        ORDER BY md5(c.id::text) LIMIT {GRANTS}""",
)

"""What is asked: six list queries, fifty search terms, a record, a creation; and the raw SQL of the same rows."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import psycopg

from bench.rows import BRAND, PLACES, SURNAMES, TRADES, customer_id

#: Twelve columns, as the issue asks.
COLUMNS = "id, name, level, status, industry, region, phone, next_follow_up_at, open_amount, owner_id, updated_at, last_follow_up_at"


def lists() -> dict[str, str]:
    """Addresses of the six list queries by name."""
    return {
        "default": address([]),
        "status": address(["status", "is", "formal"]),
        "region_level": address(["and", ["region", "in", ["330000"]], ["level", "in", ["A", "B"]]]),
        "next_follow_up": address([], sort="next_follow_up_at"),
        "rare": address(["and", ["level", "is", "A"], ["status", "is", "abandoned"], ["region", "in", ["620000", "350000"]]]),
    }


def address(where: list[Any], sort: str = "") -> str:
    """The address of the customers list, everything in scope."""
    text = f"/customers/?view=all&where={quote(json.dumps(where, ensure_ascii=False))}" if where else "/customers/?view=all"
    return f"{text}&sort={sort}" if sort else text


def terms() -> list[str]:
    """Fifty fixed search terms from frequent to absent."""
    frequent = ["科技", "智能", "杭州", "深圳", "供应", "教育", "餐饮", "物流", "贸易", "医药"]
    brands = [BRAND[i : i + 2] for i in range(0, 40, 2)]
    mixed = ["hzys", "szhn", "bjqy", "6021", "1380", "8888", f"{PLACES[0]}{BRAND[0]}", f"{SURNAMES[0]}伟", "KH-00000042", "hangzhou"]
    absent = ["龘靐", "齉爩", "zzqqx", "99999999", "不存在的公司", "麤鱻", "qqqq", "驫羴", "XXYYZZ", TRADES[0] + "龘"]
    return [*frequent, *brands, *mixed, *absent]


def scope_sql(connection: psycopg.Connection, login: str) -> str:
    """The scope of a login written by hand."""
    user, department = connection.execute("SELECT id, department_id FROM org_user WHERE login = %s", [login]).fetchone() or (0, 0)
    if login == "director":
        return "TRUE"
    shares = "ARRAY(SELECT record FROM kernel_share WHERE entity = 'customers.customer' AND \"to\" = 'person' AND grantee = {user})"
    own = f"owner_id = {user} OR id = ANY({shares.format(user=user)})"
    return f"({own} OR department_id = {department})" if login == "manager" else f"({own})"


def raw_lists(connection: psycopg.Connection, login: str) -> dict[str, str]:
    """The six list queries as a person would write them by hand."""
    codes = {f"{d}.{c}": i for d, c, i in connection.execute("SELECT dictionary, code, id FROM kernel_dictionaryvalue").fetchall()}
    live = f"deleted_at IS NULL AND {scope_sql(connection, login)}"
    head, tail = f"SELECT {COLUMNS} FROM customers_customer WHERE {live}", "ORDER BY updated_at DESC, id DESC LIMIT 51"
    level, status = "customer_level", "customer_status"
    key_or_b = f"level IN ({codes[f'{level}.A']}, {codes[f'{level}.B']})"
    return {
        "default": f"{head} {tail}",
        "status": f"{head} AND status = {codes[f'{status}.formal']} {tail}",
        "region_level": f"{head} AND region BETWEEN 330000 AND 339999 AND {key_or_b} {tail}",
        "next_follow_up": f"{head} AND next_follow_up_at IS NOT NULL ORDER BY next_follow_up_at, id LIMIT 51",
        "rare": f"{head} AND level = {codes[f'{level}.A']} AND status = {codes[f'{status}.abandoned']} "
        f"AND (region BETWEEN 620000 AND 629999 OR region BETWEEN 350000 AND 359999) {tail}",
    }


def records(connection: psycopg.Connection, login: str) -> list[str]:
    """Addresses of forty records of somebody, spread."""
    found = connection.execute(
        "SELECT c.id FROM customers_customer c JOIN org_user u ON u.id = c.owner_id "
        "WHERE u.login = %s AND c.deleted_at IS NULL ORDER BY c.id LIMIT 40",
        [login],
    ).fetchall()
    return [f"/customers/{i}/" for (i,) in found] or [f"/customers/{customer_id(0)}/"]

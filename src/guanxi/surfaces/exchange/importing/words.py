"""What the wizard's forms say: the mapping, the options, and what unknown words of choice columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from guanxi.kernel import directory, versions
from guanxi.kernel.actor import Actor
from guanxi.kernel.dictionary import Dictionary
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Reader
from guanxi.kernel.models import DictionaryValue
from guanxi.kernel.registry import registry
from guanxi.kernel.whole import whole
from guanxi.surfaces.exchange.importing import opening, targets
from guanxi.surfaces.exchange.models import ImportRun

#: Roles that may add values to the lists of the company.
SHAPERS = frozenset({"business", "admin"})
EMPTY, CREATE, REFUSE = "-", "+", ""


@dataclass(frozen=True)
class Question:
    """One column of choices with the words that its list does not know: (word, rows, the answer so far)."""

    target: targets.Target
    words: list[tuple[str, int, str]]
    options: list[dict[str, Any]]
    may_create: bool


def read_mapping(run: ImportRun, entity: Entity, actor: Actor, form: QueryDict) -> str:
    """Put the form on the run; returns why it cannot be, or nothing."""
    goals = targets.targets(entity, actor)
    chosen = {str(i): form.get(f"c{i}", "") for i in range(len(run.headers))}
    run.mapping = {column: key for column, key in chosen.items() if key in goals}
    keys = list(run.mapping.values())
    twice = next((k for k in keys if keys.count(k) > 1), "")
    if twice:
        return _("Two columns go to “%(field)s”. Choose one of them.") % {"field": goals[twice].label}
    if not any(goals[k].writes for k in keys):
        return _("Choose a field for at least one column.")
    wanted = str(form.get("owner", ""))
    owner = directory.people().get(whole(wanted) or 0)
    policy = form.get("policy", "skip")
    run.options = {
        **opening.defaults(),
        "match": [k for k in form.getlist("match") if k in keys and k in targets.match_keys(entity, goals, set(keys))],
        "policy": policy if policy in opening.POLICIES else "skip",
        "lookups": "create" if form.get("lookups") == "create" else "refuse",
        "owner": owner.id if owner is not None and owner.active and owner.id != actor.id else None,
        "erase": bool(form.get("erase")),
        "words": run.options.get("words", {}),
    }
    return ""


def questions(run: ImportRun, actor: Actor) -> list[Question]:
    """Columns with unknown words."""
    goals = targets.targets(registry.get(run.entity), actor)
    found = []
    for key, words in run.unknown.items():
        target = goals.get(key)
        if target is not None and target.field is not None:
            answers = run.options.get("words", {}).get(key, {})
            rows = [(word, count, answers.get(word, "")) for word, count in sorted(words.items(), key=lambda w: -w[1])]
            may_create = bool(actor.roles & SHAPERS) and target.kind != "region"
            found.append(Question(target, rows, target.field.kind.options(Reader(actor)) or [], may_create))
    return found


def settle(run: ImportRun, actor: Actor, form: QueryDict) -> None:
    """Keep what each word means: the code of a value, nothing, or a value made for it."""
    answers: dict[str, dict[str, str]] = {k: dict(v) for k, v in run.options.get("words", {}).items()}
    for question in questions(run, actor):
        key = question.target.key
        codes = {str(option["value"]) for option in question.options}
        for number, (word, _count, _answer) in enumerate(question.words):
            answer = form.get(f"{key}:{number}", REFUSE)
            if answer == EMPTY:
                answers.setdefault(key, {})[word] = ""
            elif answer == CREATE and question.may_create:
                made = add(question.target.field.kind.dictionary, word)  # type: ignore[union-attr]
                answers.setdefault(key, {})[word] = made
            elif answer in codes:
                answers.setdefault(key, {})[word] = answer
    run.options = {**run.options, "words": answers}


def add(dictionary: Dictionary, word: str) -> str:
    """Put a word into a choice list; returns its code."""
    last = DictionaryValue.objects.filter(dictionary=dictionary.code).order_by("-position").values_list("position", flat=True).first()
    row = DictionaryValue.objects.create(dictionary=dictionary.code, code=word[:60], zh=word[:120], en=word[:120], position=(last or 0) + 1)
    versions.bump("shape")
    return row.code

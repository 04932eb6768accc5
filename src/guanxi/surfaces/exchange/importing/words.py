"""What words of the file mean that no list, person or record is called, and what stands in where nothing stands: said once for all rows."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from guanxi.kernel import versions
from guanxi.kernel.actor import Actor
from guanxi.kernel.dictionary import Dictionary
from guanxi.kernel.entity import Entity
from guanxi.kernel.fields.base import Field, Invalid, Reader
from guanxi.kernel.fields.choice import ChoiceKind
from guanxi.kernel.models import DictionaryValue
from guanxi.kernel.registry import registry
from guanxi.surfaces.exchange.importing.lookups import NEW, THIS
from guanxi.surfaces.exchange.importing.standing_in import NOTHING
from guanxi.surfaces.exchange.importing.targets import Target, targets
from guanxi.surfaces.exchange.mapping import bare
from guanxi.surfaces.exchange.models import ImportRun

EMPTY, CREATE, REFUSE = "-", "+", ""
#: Kinds whose values are too many for a list: they are searched.
SEARCHED = {"person": "/_pick/colleagues/", "region": "/_pick/regions/"}
#: Characters of a value's code, and of its labels.
CODE, LABEL = 60, 120
#: From how much two words may be the same, and one be offered for the other.
CLOSE = 0.8
#: Records that are still few enough for a list; of more they are searched.
FEW = 60


@dataclass(frozen=True)
class Word:
    """A word of the file, in how many rows it stands, and the value that it resembles."""

    text: str
    count: int
    near: str

    @property
    def told(self) -> str:
        """How the page calls it."""
        return self.text or _("(nothing)")


@dataclass(frozen=True)
class Question:
    """One field with the words that it does not know; `search` is where its values are looked up, `options` are they where they are few."""

    target: Target
    words: list[Word]
    options: list[dict[str, Any]]
    search: str
    may_create: bool

    @property
    def required(self) -> bool:
        """Whether leaving it empty would refuse the row."""
        return bool(self.target.field and self.target.field.required)

    def made(self, word: Word) -> str:
        """What would be created for a word; where nothing stands, a record that says so."""
        bound = self.target.field
        assert bound is not None
        label = bound.kind.target.label if bound.kind.name == "lookup" else bound.label  # type: ignore[attr-defined]
        return word.text or _("Unknown %(what)s") % {"what": label}


def questions(run: ImportRun, actor: Actor) -> list[Question]:
    """Fields with unknown words."""
    goals = targets(registry.get(run.entity), actor)
    found = []
    for key, words in run.unknown.items():
        target = goals.get(key)
        if target is not None and target.field is not None and words:
            found.append(_question(target, target.field, words, actor))
    return found


def _question(target: Target, bound: Field, words: dict[str, int], actor: Actor) -> Question:
    kind = bound.kind
    options: list[dict[str, Any]] = []
    search = SEARCHED.get(kind.name, "")
    if kind.name == "lookup":
        search, may_create = f"/_pick/{kind.target.slug}/", actor.may(kind.target.key, "create")  # type: ignore[attr-defined]
        options = _few(kind.target, actor)  # type: ignore[attr-defined]
    else:
        may_create = actor.shapes and isinstance(kind, ChoiceKind)
    if not search:
        options = [o for o in kind.options(Reader(actor)) or [] if o["value"] not in ("me", "my_reports", "my_department")]
    near = {bare(str(o["label"])): str(o["value"]) for o in reversed(options)}
    ordered = sorted(words.items(), key=lambda word: (-word[1], word[0]))
    return Question(target, [Word(text, count, _near(text, near)) for text, count in ordered], options, search, may_create)


def _few(target: Entity, actor: Actor) -> list[dict[str, Any]]:
    """The records of a small register by name, as far as this person may see them; none where they are many."""
    if actor.right(target.key, target.title) in ("hidden", "masked"):
        return []
    found = target.rows(actor).order_by(target.title, "id").values_list("id", target.title)[: FEW + 1]
    return [{"value": record, "label": title} for record, title in found] if len(found) <= FEW else []


def _near(word: str, labels: dict[str, str]) -> str:
    found = get_close_matches(bare(word), labels, n=1, cutoff=CLOSE) if word else []
    return labels[found[0]] if found else ""


def stale(run: ImportRun, form: QueryDict) -> bool:
    """Whether a form asks about another plan than the present one: its words stand in other places, its answers are for other words."""
    return form.get("plan", "") != str(run.plan_job)


def ask_again(run: ImportRun, key: str) -> None:
    """Forget what was answered for one field; the next preview asks."""
    run.options = {**run.options, "words": {k: v for k, v in run.options.get("words", {}).items() if k != key}}


def settle(run: ImportRun, actor: Actor, form: QueryDict) -> None:
    """Keep what each word means: a value, nothing, or a value made for it. What is said for the field holds for words not answered."""
    answers: dict[str, dict[str, str]] = {k: dict(v) for k, v in run.options.get("words", {}).items()}
    entity = registry.get(run.entity)
    for question in questions(run, actor):
        key = question.target.key
        for number, word in enumerate(question.words):
            said = form.get(f"{key}:{number}", REFUSE) or (form.get(f"{key}:all", REFUSE) if word.text else REFUSE)
            chosen = form.get(f"{key}:{number}:this", "") if question.search else ""
            answer = _answer(entity, question, word, chosen or said, actor)
            if answer is not None:
                answers.setdefault(key, {})[word.text] = answer
    run.options = {**run.options, "words": answers}


def _answer(entity: Entity, question: Question, word: Word, said: str, actor: Actor) -> str | None:
    """What is kept for what was said; nothing where it was nothing, or what this person may not say."""
    bound = question.target.field
    assert bound is not None
    if said == EMPTY:
        return None if word.text == NOTHING else ""
    if said == CREATE:
        if not question.may_create:
            return None
        made = question.made(word)
        return f"{NEW}{made}" if bound.kind.name == "lookup" else add(bound.kind.dictionary, made, under(entity, bound))  # type: ignore[attr-defined]
    try:
        value = bound.kind.parse(said, Reader(actor)) if said else None
    except Invalid:
        return None
    if value in (None, "", []):
        return None
    return f"{THIS}{value}" if bound.kind.name == "lookup" else said


def under(entity: Entity, bound: Field) -> int | None:
    """Under which value a new one of this list stands: the usual one of the field on which the list depends."""
    above = entity.fields.get(getattr(bound.kind, "depends_on", ""))
    first = above.kind.dictionary.first() if above is not None else None  # type: ignore[attr-defined]
    return first.id if first else None


def add(dictionary: Dictionary, word: str, parent: int | None = None) -> str:
    """Put a word into a choice list, unless it is there; returns its code."""
    present = next((item for item in dictionary.items() if word[:LABEL] in (item.code, item.zh, item.en)), None)
    if present is not None:
        return present.code
    last = DictionaryValue.objects.filter(dictionary=dictionary.code).order_by("-position").values_list("position", flat=True).first()
    row = DictionaryValue.objects.create(
        dictionary=dictionary.code,
        code=_code(dictionary, word),
        zh=word[:LABEL],
        en=word[:LABEL],
        position=(last or 0) + 1,
        parent_id=parent,
    )
    versions.bump("shape")
    return row.code


def _code(dictionary: Dictionary, word: str) -> str:
    """A code that the list does not have yet: long words may begin alike."""
    taken = set(DictionaryValue.objects.filter(dictionary=dictionary.code).values_list("code", flat=True))
    code, number = word[:CODE], 1
    while code in taken:
        number += 1
        end = f"~{number}"
        code = word[: CODE - len(end)] + end
    return code

"""A manager gives out what lies in a pool: in turn, by load, or what a condition says, of a selection and of all that match."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from guanxi.kernel import jobs, write
from guanxi.kernel.actor import Actor
from guanxi.kernel.models import Job
from guanxi.org.models import User
from guanxi.surfaces import bulk, bulk_jobs
from tests import samples
from tests.customers.pool_company import customers, fresh, lying, owned, pool
from tests.people import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shelf(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def desk(actor: Actor, language: str = "en") -> Client:
    User.objects.filter(id=actor.id).update(language=language)
    found = Client(headers={"HX-Request": "true"})
    found.force_login(User.objects.get(id=actor.id))
    return found


def ours(cast: Cast, **values: Any) -> Any:
    """A pool of Olivia, Max and Stella that Min looks after."""
    return pool(people=[cast.owner.id, cast.mate.id, cast.stranger.id], managers=[cast.manager.id], **values)


def of_level(cast: Cast, into: Any, levels: str) -> list[int]:
    """Customers of these levels that lie in a pool."""
    ids = [samples.make(customers(), actor=cast.director, level=level).id for level in levels]
    assert not write.release(customers(), ids, into, "moved away", actor=cast.director, door="test").refused
    return ids


def owners(ids: list[int]) -> list[int | None]:
    return [fresh(i).owner_id for i in ids]


def give(cast: Cast, into: Any, ids: list[int], **values: Any) -> Any:
    return desk(cast.manager).post(f"/{into.slug}/_do/assign/", {"ids": ",".join(map(str, ids)), **values})


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Or give out to several", "In turn", "By load: whoever holds least", "Among", "Only those")),
        ("zh-hans", ("或分给多人", "轮流分配", "按负荷分配（持有最少者优先）", "分给哪些人", "仅限")),
    ],
)
def test_the_dialogue_offers_all_ways_and_the_members_only(cast: Cast, language: str, words: tuple[str, ...]) -> None:
    into = ours(cast)
    shown = desk(cast.manager, language).get(f"/{into.slug}/_do/assign/?view=all").content.decode()
    assert not [each for each in words if each not in shown]
    assert "data-filter-builder" in shown
    among = shown.partition('data-field="people"')[2].partition('data-field="where"')[0]
    assert all(f'value="{one.id}"' in among for one in (cast.owner, cast.mate, cast.stranger))
    assert f'value="{cast.readonly.id}"' not in among


@pytest.mark.feature("OWN-01")
def test_in_turn_everybody_chosen_gets_one_before_anybody_gets_two_and_the_turn_goes_on(cast: Cast) -> None:
    into = ours(cast)
    ids = lying(cast, into, 4)
    given = {"how": "turn", "people": [cast.owner.id, cast.mate.id]}
    assert give(cast, into, ids[:1], **given).status_code == 204
    assert give(cast, into, ids[1:], **given).status_code == 204
    first, second = owners(ids)[:2]
    assert {first, second} == {cast.owner.id, cast.mate.id}
    assert owners(ids) == [first, second, first, second]


@pytest.mark.feature("OWN-01")
def test_by_load_whoever_holds_least_of_those_chosen_gets_the_next(cast: Cast) -> None:
    into = ours(cast)
    for _n in range(2):
        owned(cast.mate)
    ids = lying(cast, into, 4)
    assert give(cast, into, ids, how="load", people=[cast.owner.id, cast.mate.id]).status_code == 204
    assert owners(ids) == [cast.owner.id, cast.owner.id, *sorted([cast.owner.id or 0, cast.mate.id or 0])]


@pytest.mark.feature("OWN-01")
def test_only_what_a_condition_says_is_given_and_the_rest_stays(cast: Cast) -> None:
    into = ours(cast)
    ids = of_level(cast, into, "ABAB")
    where = json.dumps(["level", "is", "A"])
    given = {"where": where, "how": "turn", "people": [cast.stranger.id]}
    counted = desk(cast.manager).post(f"/{into.slug}/_rehearse/assign/?view=all", {"ids": ",".join(map(str, ids)), **given})
    assert "Would change <b>2</b>" in counted.content.decode()
    assert owners(ids) == [None] * 4
    assert give(cast, into, ids, **given).status_code == 204
    assert owners(ids) == [cast.stranger.id, None, cast.stranger.id, None]
    assert give(cast, into, ids[1:2], where=json.dumps(["level", "is", "B"]), owner=str(cast.mate.id)).status_code == 204
    assert owners(ids)[1] == cast.mate.id


def test_what_there_is_no_room_for_is_refused_with_the_reason(cast: Cast) -> None:
    into = ours(cast, most_held=1)
    ids = lying(cast, into, 3)
    answer = give(cast, into, ids, how="load", people=[cast.owner.id, cast.mate.id])
    assert "already holds as much as allowed" in answer.content.decode()
    assert sorted(i or 0 for i in owners(ids)) == sorted([0, cast.owner.id or 0, cast.mate.id or 0])


def test_what_makes_no_sense_is_said_at_its_field_and_nothing_is_given(cast: Cast) -> None:
    into = ours(cast, hidden=["level"])
    ids = lying(cast, into)
    for wrong, words in (
        ({"owner": str(cast.mate.id), "how": "turn"}, "either to one person or to several"),
        ({"how": "dice"}, "is not in the list"),
        ({"how": "turn", "people": [cast.readonly.id]}, "Nobody belongs to this pool"),
        ({"how": "turn", "where": json.dumps(["gone", "is", 1])}, 'class="error"'),
    ):
        answer = give(cast, into, ids, **wrong)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), wrong
    assert owners(ids) == [None]


def test_a_member_who_is_no_manager_gives_nothing_out(cast: Cast) -> None:
    into = ours(cast)
    ids = lying(cast, into)
    given = {"ids": str(ids[0]), "how": "turn"}
    assert desk(cast.owner).post(f"/{into.slug}/_do/assign/", given).status_code == 404
    assert owners(ids) == [None]


@pytest.mark.feature("OWN-01", "CUS-22")
def test_all_that_match_are_counted_and_given_out_in_turn_by_a_job(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 3)
    monkeypatch.setattr(bulk_jobs, "SLICE", 2)
    into = ours(cast)
    ids = of_level(cast, into, "AAAAAB")
    given = {"all": "1", "how": "turn", "people": [cast.owner.id, cast.mate.id], "where": json.dumps(["level", "is", "A"])}
    desk(cast.manager).post(f"/{into.slug}/_do/assign/?view=all", given)
    counting = Job.objects.get(kind=bulk_jobs.REHEARSAL)
    jobs.run(counting.pk)
    counting.refresh_from_db()
    assert (counting.state, counting.counts) == ("done", {"will": 5, "unchanged": 1}), counting.message
    desk(cast.manager).post(f"/jobs/{counting.pk}/go/")
    doing = Job.objects.get(kind=bulk_jobs.KIND)
    jobs.run(doing.pk)
    doing.refresh_from_db()
    assert doing.counts == {"done": 5, "unchanged": 1}, doing.errors
    got = owners(ids)
    assert got[5] is None
    assert abs(got.count(cast.owner.id) - got.count(cast.mate.id)) == 1

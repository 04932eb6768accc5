"""Files of other programs are recognised by their headings; what anybody else wrote is guessed as before."""

from __future__ import annotations

import pytest

from guanxi.kernel.registry import registry
from guanxi.surfaces.exchange.importing import targets
from guanxi.surfaces.exchange.presets import PRESETS, Preset
from tests.people import Cast


def mapped(slug: str, headers: list[str], cast: Cast) -> dict[str, str]:
    """Field by heading, as the wizard proposes it to somebody who may import."""
    entity = registry.by_slug(slug)
    assert entity is not None
    found = targets.guess(entity, headers, {}, targets.targets(entity, cast.director))
    return {headers[column]: guess.field for column, guess in found.items()}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: f"{p.program}-{p.slug}-{min(p.marks)}")
def test_every_field_of_a_preset_is_there_to_be_written(preset: Preset, cast: Cast) -> None:
    entity = registry.by_slug(preset.slug)
    assert entity is not None
    assert set(preset.fields.values()) <= set(targets.targets(entity, cast.director))
    spelt = list(dict.fromkeys([*preset.marks, *preset.fields]))
    proposed = mapped(preset.slug, spelt, cast)
    assert set(proposed.values()) >= set(preset.fields.values())


def test_words_that_would_lead_elsewhere(cast: Cast) -> None:
    cordys = ["公司名称", "线索进度", "线索来源", "客户需求", "联系人名称", "联系人电话", "负责人"]
    assert mapped("leads", cordys, cast)["公司名称"] == "name"
    assert mapped("leads", ["公司名称", "线索名称", "联系电话"], cast)["公司名称"] == "company"
    espo = ["Name", "Account Name", "Do Not Call", "Email", "Phone"]
    assert {k: v for k, v in mapped("leads", espo, cast).items() if k in ("Name", "Account Name")} == {
        "Name": "contact",
        "Account Name": "name",
    }
    wukong = ["客户名称", "客户级别", "下次联系时间", "备注"]
    assert mapped("customers", wukong, cast)["客户级别"] == "level"

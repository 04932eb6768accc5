"""Surnames that are not read as the same character elsewhere, with tone digits (现代汉语词典; GB/T 28039-2011 spells names)."""

from __future__ import annotations

__all__ = ["COMPOUND", "SINGLE"]

_SINGLE = """
单 shan4 曾 zeng1 解 xie4 仇 qiu2 查 zha1 区 ou1 朴 piao2 任 ren2 华 hua4 盖 ge3 葛 ge3 乐 yue4 缪 miao4 种 chong2 翟 zhai2
尉 wei4 秘 bi4 冼 xian3 洗 xian3 召 shao4 员 yun4 贠 yun4 貟 yun4 覃 qin2 燕 yan1 应 ying1 过 guo1 薄 bo2 卜 bu3 折 she2 黑 he4
盛 sheng4 柏 bai3 隗 wei3 逄 pang2 祭 zhai4 纪 ji3 宁 ning4 訾 zi1 佴 nai4 眭 sui1 阚 kan4 郇 xun2 郗 xi1 繁 po2 谌 chen2 晟 cheng2
车 che1 重 chong2 幺 yao1 么 yao1 牟 mou2 仝 tong2 殷 yin1 万 wan4 俞 yu2 於 yu1 那 na1 哈 ha3 褚 chu3 乜 nie4 观 guan4 干 gan1
沈 shen3 贾 jia3 瞿 qu2 冯 feng2 藏 zang4 扎 za1 居 ju1 塔 ta3 叶 ye4 强 qiang2 不 fou1 称 cheng1 宿 su4 寻 xun2 艾 ai4 浣 wan3
无 wu2 信 xin4 齐 qi2 难 nan4 粘 nian4 都 du1 六 lu4 和 he2 句 gou1 适 kuo4 会 gui4 洪 hong2 阿 a1 石 shi2 谷 gu3 广 guang3
"""

_COMPOUND = """
尉迟 yu4chi2 万俟 mo4qi2 单于 chan2yu2 澹台 tan2tai2 长孙 zhang3sun1 令狐 ling2hu2 皇甫 huang2fu3 鲜于 xian1yu2
拓跋 tuo4ba2 濮阳 pu2yang2 淳于 chun2yu2 亓官 qi2guan1 乐正 yue4zheng4 壤驷 rang3si4 夹谷 jia2gu3 宰父 zai3fu3 谷梁 gu3liang2
闾丘 lv2qiu1 子车 zi3ju1 颛孙 zhuan1sun1 呼延 hu1yan2 赫连 he4lian2 宇文 yu3wen2 夏侯 xia4hou2 钟离 zhong1li2 申屠 shen1tu2
"""


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


#: One character to its reading, as in 单 -> "shan4".
SINGLE = _pairs(_SINGLE)
#: Two characters to both readings run together, as in 尉迟 -> "yu4chi2".
COMPOUND = _pairs(_COMPOUND)

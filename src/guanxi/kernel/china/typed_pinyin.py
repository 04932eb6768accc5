"""What letters typed into a search box may mean as pinyin: hangzhouys is hang zhou y s, xian is xian or xi an."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

__all__ = ["Piece", "cut"]

# The syllables of Hanyu Pinyin without tones, ü written v (as keyboards have it); and are common spellings of lve and nve.
_SYLLABLES = frozenset(
    """
a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce cen ceng cha chai chan
chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci cong cou cu cuan cui cun cuo da dai
dan dang dao de dei deng di dia dian diao die ding diu dong dou du duan dui dun duo e ei en er fa fan fang fei fen feng fo
fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai guan guang gui gun guo ha hai han hang hao he hei hen heng
hong hou hu hua huai huan huang hui hun huo ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao
ke kei ken keng kong kou ku kua kuai kuan kuang kui kun kuo la lai lan lang lao le lei len leng li lia lian liang liao lie
lin ling liu lo long lou lu luan lun luo lv lve ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou
mu na nai nan nang nao ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nuo nv nve o ou pa pai pan
pang pao pei pen peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran
rang rao re ren reng ri rong rou ru ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang shao she shei shen
sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang tao te tei teng ti
tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi xia xian xiang xiao xie xin xing xiong
xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun za zai zan zang zao ze zei zen zeng zha zhai
zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo
""".split()
)
_BEGINNINGS = frozenset(syllable[:end] for syllable in _SYLLABLES for end in range(1, len(syllable)))
# What stands for a syllable in the middle of a word: its initial, or its first letter.
_INITIALS = frozenset(syllable[0] for syllable in _SYLLABLES) | {"zh", "ch", "sh"}
_LONGEST = 6
#: Letters read as pinyin; the rest of a longer word is not.
LIMIT = 48
#: Readings kept; the likeliest (few pieces, few of them cut short) come first.
READINGS = 6
#: Readings costing this much more than the likeliest are not meant.
SLACK = 3


class Piece(NamedTuple):
    """One syllable as typed, whole or cut short (the initials y and zh, or an unfinished zho at the end), or one digit."""

    text: str
    whole: bool


@lru_cache(maxsize=1_024)
def cut(word: str) -> tuple[tuple[Piece, ...], ...]:
    """The likely ways to cut a folded word of letters and digits into syllables; none when it can't be pinyin."""
    word = word[:LIMIT]
    best: list[list[tuple[int, tuple[Piece, ...]]]] = [[] for _ in range(len(word) + 1)]
    best[0].append((0, ()))
    for end in range(1, len(word) + 1):
        found: list[tuple[int, tuple[Piece, ...]]] = []
        for start in range(max(0, end - _LONGEST), end):
            if best[start]:
                pieces = _pieces(word[start:end], last=end == len(word))
                found += [
                    (cost + each, (*before, piece))
                    for cost, before in best[start]
                    for each, piece in pieces
                    if not (before and _splits_a_syllable(before[-1], piece))
                ]
        best[end] = sorted(found)[:READINGS]
    readings = [reading for cost, reading in best[-1] if reading and cost <= best[-1][0][0] + SLACK]
    spelled = tuple(Piece(letter, whole=False) for letter in word)
    if word and spelled not in readings and all(letter in _INITIALS or letter in "0123456789" for letter in word):
        readings.append(spelled)
    return tuple(readings)


def _splits_a_syllable(before: Piece, piece: Piece) -> bool:
    """An initial and then ang is hang: nobody types h for one character and ang for the next."""
    return not before.whole and piece.whole and piece.text[0] in "aeo"


def _pieces(text: str, *, last: bool) -> list[tuple[int, Piece]]:
    """The ways to take a text as one piece, each with its cost."""
    found: list[tuple[int, Piece]] = []
    if text in _SYLLABLES:
        found.append((2, Piece(text, whole=True)))
    stands_for_a_syllable = text in _INITIALS or (text.isdigit() and len(text) == 1)
    if stands_for_a_syllable or (last and text in _BEGINNINGS):
        found.append((3, Piece(text, whole=False)))
    return found

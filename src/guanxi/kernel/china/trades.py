"""Common words for a line of business in company names, enough to tell where the trade name (字号) ends and the trade begins.

Two names that differ in two of these words (电器, 电气) are two companies; a word misspelt into none of them (科枝) is a slip.
"""

from __future__ import annotations

__all__ = ["TRADES", "brand", "trades_at"]

TRADES = frozenset(
    """
    科技 信息 技术 网络 软件 数码 数据 智能 电子 电器 电气 电力 电机 电梯 电商 机电 机械 机床 设备 仪器 仪表 自动化 半导体 通信 通讯
    光电 光学 照明 灯具 贸易 商贸 工贸 经贸 外贸 国贸 进出口 商业 商务 实业 石业 食业 工业 企业 产业 事业 投资 控股 资产 资本 基金
    金融 保险 证券 银行 担保 租赁 典当 管理 咨询 顾问 服务 文化 传媒 传播 广告 影视 影业 娱乐 体育 教育 培训 出版 印刷 包装 设计 策划
    会展 艺术 旅游 旅行社 酒店 宾馆 餐饮 饮食 食品 饰品 粮油 茶业 茶叶 酒业 乳业 饮料 水产 果业 农业 林业 牧业 渔业 园林 花卉 种业
    饲料 养殖 种植 建筑 建设 建材 工程 装饰 装修 装潢 市政 路桥 钢构 钢铁 钢材 金属 五金 模具 门窗 铝业 铜业 矿业 石油 石化 化工 化学
    塑料 塑胶 橡胶 涂料 玻璃 陶瓷 水泥 木业 家具 家居 家电 家政 纸业 纺织 服装 服饰 制衣 鞋业 皮革 针织 家纺 箱包 珠宝 首饰 眼镜
    化妆品 日化 医药 医疗 药业 制药 生物 器械 医院 健康 养老 美容 环保 环境 能源 新能源 燃气 热力 水务 水利 节能 材料 新材料 物流 运输
    货运 快递 速递 航空 航运 仓储 供应链 汽车 汽配 汽修 摩托车 地产 置业 房产 房地产 物业 开发 发展 制造 加工 安装 维修 检测 消防 安防
    安全 劳务 人力 人才 法律 会计 税务 知识产权 用品 文具 玩具 超市 百货 零售 批发 商行 经营部 工作室 合作社 中心 事务所 研究院
    """.split()
)
_LONGEST = max(map(len, TRADES))
_STARTS = {word[0]: tuple(each for each in TRADES if each[0] == word[0]) for word in TRADES}


def brand(core: str) -> str:
    """What stands before the first trade word: 云深智能科技 is 云深; all of it when there is none, at least two characters."""
    for at in range(2, len(core)):
        if any(core.startswith(word, at) for word in _STARTS.get(core[at], ())):
            return core[:at]
    return core


def trades_at(core: str, at: int) -> list[str]:
    """The trade words that cover a position."""
    spans = ((start, end) for start in range(max(0, at - _LONGEST + 1), at + 1) for end in range(at + 1, start + _LONGEST + 1))
    return [core[start:end] for start, end in spans if core[start:end] in TRADES]

"""Names of people and companies, put together from lists of our own."""

# ruff: noqa: E501 - lists of words

from __future__ import annotations

#: Common surnames, the commoner the more often they stand here.
SURNAMES = "王王王李李李张张张刘刘陈陈陈杨杨黄黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆汪范石廖贾夏韦付方邹熊白孟秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严赖覃洪武莫孔"
MALE = (
    "伟 强 磊 军 勇 涛 斌 波 鹏 浩 杰 刚 辉 明 超 亮 凯 俊 宇 飞 志强 建国 建军 国庆 永强 志远 文博 宇航 浩然 子轩 俊杰 嘉豪 思远 晓东 海涛 立新 振华 "
    "家明 天成 景行 书恒 柏林 启航 承志 德明 学文 光耀 卫东 少华 正阳 守义 良才 新民 春生 金水 福来 一鸣 瑞林 泽宇 铭轩 昊天 彦霖 兆丰 清源 伯言 仲谦"
).split()
FEMALE = (
    "芳 娜 敏 静 丽 艳 娟 霞 燕 玲 婷 雪 琳 倩 莹 洁 颖 慧 晶 萍 秀英 桂兰 海燕 晓燕 丽华 春梅 雅琴 美玲 佳怡 欣怡 梓涵 雨桐 思琪 梦瑶 若曦 书瑶 静怡 "
    "诗涵 语嫣 婉清 晓雯 佩珊 秋月 明珠 淑贞 惠敏 凤英 玉兰 红梅 冬梅 一诺 可欣 嘉宁 乐瑶 芷若 采薇 知夏 念慈 云舒 素心 锦绣 月华 亦菲 慕青 沁雅"
).split()

#: First and second character of an invented trade name; `UNWANTED` are pairs that somebody already bears.
FIRST = "岫澜禾楷沅茗砚汐珩翎霁暄朔铎棠榆璟垚弈筠溯皓岑笙桐樾漾黎湛峤芮奕旻谦澄骁玺昀鹿漠"
SECOND = "川帆舟衡岳野洲原石木维度程图山谷远和立信达源朗晖拓泽盛元德禾桥屿禹铭弘齐腾丰安宁"
UNWANTED = {"鹿山", "澄泽", "皓元", "奕瑞", "澜起", "禾丰", "谦信", "朔原", "湛江", "桐木", "禾盛", "禾信", "黎明", "榆次", "朔州", "沅江"}

#: What companies of an industry do, as it stands in their names.
TRADES = {
    "it": "软件 网络科技 信息技术 数据科技 智能科技 云计算 物联网科技 信息系统 电子商务 数码科技",
    "finance": "融资租赁 商业保理 小额贷款 融资担保 财富管理 保险经纪 金融信息服务",
    "real_estate": "置业 房地产开发 物业管理 建筑工程 装饰设计 园区运营 建设发展",
    "services": "企业管理咨询 人力资源 会展服务 检测技术 环境工程 广告 设备租赁 安全技术 知识产权服务",
    "logistics": "物流 供应链管理 国际货运代理 冷链运输 仓储 快运 港口物流",
    "manufacturing": "精密机械 电子 新材料 包装 五金制品 塑胶模具 自动化设备 汽车零部件 纺织 精细化工 仪器仪表 电气 轴承 阀门 光电 半导体材料 食品 家居 照明",
    "government": "产业园管理委员会 高新园区服务中心 科技孵化中心",
    "media": "文化传媒 影视制作 数字创意 动漫科技 品牌策划 展览展示",
    "medical": "医疗器械 生物医药 健康管理 口腔门诊部 康复医院 医学检验 大药房连锁",
    "education": "教育科技 职业培训学校 教育咨询 国际学校 实训中心",
    "retail": "商贸 百货 生鲜超市 服饰 母婴用品 连锁便利 家电销售 进出口贸易",
    "catering": "餐饮管理 酒店管理 食品连锁 茶饮 团餐服务 烘焙",
}
#: Names with these ends take no legal form after them.
BARE_ENDS = ("委员会", "服务中心", "孵化中心", "门诊部", "医院", "学校", "实训中心")
FORMS = (("有限公司", 82), ("有限责任公司", 6), ("股份有限公司", 9), ("集团有限公司", 3))

INDUSTRY_WEIGHTS = {
    "manufacturing": 30, "it": 12, "logistics": 10, "retail": 9, "services": 8, "real_estate": 7,
    "medical": 6, "catering": 5, "education": 4, "finance": 4, "media": 3, "government": 2,
}  # fmt: skip

TITLES = {
    "decides": "总经理 董事长 副总经理 运营总监 厂长 CEO 分公司总经理 常务副总",
    "influences": "信息中心主任 技术总监 IT经理 生产总监 设备部长 质量经理 总经理助理",
    "buys": "采购经理 采购主管 供应链经理 采购专员 招标办主任",
    "uses": "车间主任 设备主管 仓库主管 运维工程师 门店督导 值班长",
    "pays": "财务经理 财务总监 会计 出纳",
    "handles": "行政主管 办公室主任 项目经理 前台 商务助理",
}
OCCUPATIONS = "个体工商户 设计师 医生 律师 自由职业 培训讲师 工程承包人 摄影师 农场主 顾问".split()
HOBBIES = "羽毛球 钓鱼 喝茶 跑步 自驾 摄影 书法 篮球 登山 象棋 烘焙 看电影 骑行 徒步 养花".split()

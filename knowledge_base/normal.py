"""How typed words are read: what is stored, what matching sees, and which digit a veteran means (security.md R12, R13).

Old hands type full-width digits, voice input writes 一 for 1, phones add emoji and zero-width characters, and
WeChat may hand a tap over percent-encoded. Everything that compares words compares `plain` words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

LONGEST_READ = 4_000

_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_ZERO_WIDTH = frozenset("\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff")
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), *map(ord, _BIDI))
_STORED = {**dict.fromkeys(_CONTROLS), ord("\n"): "\n", ord("\r"): "\n", ord("\t"): " "}

_PERCENT_RUN = re.compile(r"(?:%[0-9A-Fa-f][0-9A-Fa-f])+")

# Only the names WeChat itself writes: dropping every [..] would also drop words somebody bracketed, a cry for help too.
_BRACKETED = """
微笑 撇嘴 色 发呆 得意 流泪 害羞 闭嘴 睡 大哭 尴尬 发怒 调皮 呲牙 惊讶 难过 囧 抓狂 吐 偷笑 愉快 白眼 傲慢 困 惊恐
憨笑 悠闲 咒骂 疑问 嘘 晕 衰 骷髅 敲打 再见 擦汗 抠鼻 鼓掌 坏笑 右哼哼 鄙视 委屈 快哭了 阴险 亲亲 可怜 笑脸 生病
脸红 破涕为笑 恐惧 失望 无语 嘿哈 捂脸 奸笑 机智 皱眉 耶 吃瓜 加油 汗 天啊 社会社会 旺柴 好的 打脸 哇 翻白眼 苦涩
让我看看 叹气 裂开 嘴唇 爱心 心碎 拥抱 强 弱 握手 胜利 抱拳 勾引 拳头 合十 啤酒 咖啡 蛋糕 玫瑰 凋谢 菜刀 炸弹 便便
月亮 太阳 庆祝 礼物 红包 发 福 烟花 爆竹 猪头 跳跳 发抖 转圈 流汗 奋斗 冷汗 左哼哼 哈欠 足球 篮球 示爱 饭 西瓜
smile grimace drool scowl coolguy sob shy sleep cry awkward angry tongue grin surprise frown ok facepalm rose hug
strong thumbsup salute fist peace shake worship heart cake sun moon gift party
"""
_SLASHED = """
/::) /::~ /::b /::| /:8-) /::< /::$ /::x /::z /::'( /::-| /::@ /::p /::d /::o /::( /::+ /:--b /::q /::t /:,@p /:,@-d
/:,@o /::g /:|-) /::! /::l /::> /::,@ /:,@f /::-s /:? /:,@x /:,@@ /::8 /:,@! /:!!! /:xx /:bye /:wipe /:dig /:handclap
/:&-( /:b-) /:<@ /:@> /::-o /:>-| /:p-( /::'| /:x-) /::* /:@x /:8* /:pd /:<w> /:beer /:basketb /:oo /:coffee /:eat
/:pig /:rose /:fade /:showlove /:heart /:break /:cake /:li /:bome /:kn /:footb /:ladybug /:shit /:moon /:sun /:gift
/:hug /:strong /:weak /:share /:v /:@) /:jj /:@@ /:bad /:lvu /:no /:ok /:love /:<l> /:jump /:shake /:<o> /:circle
/:kotow /:turn /:skip /:oy
"""
_EMOJI_CODES = [*(f"[{name}]" for name in _BRACKETED.split()), *_SLASHED.split()]
_EMOJI_CODE = re.compile("|".join(re.escape(code) for code in sorted(_EMOJI_CODES, key=len, reverse=True)))

# 繁简: the commonest characters of this field, each pair with one sure reading; 乾, 著, 於 and their like are left out.
_PAIRS = """
軍军 國国 衛卫 戰战 鬥斗 隊队 員员 優优 撫抚 卹恤 傷伤 殘残 殺杀 犧牺 屬属 遺遗 證证 書书 發发 領领 錢钱 補补 貼贴
難难 問问 題题 請请 謝谢 訪访 諮咨 詢询 辦办 處处 應应 對对 錯错 說说 話话 電电 號号 碼码 機机 關关 係系 來来 時时
間间 點点 還还 這这 個个 們们 為为 麼么 嗎吗 沒没 過过 給给 現现 實实 見见 覺觉 聽听 寫写 讀读 學学 習习 業业 務务
農农 鄉乡 鎮镇 縣县 區区 貴贵 陽阳 觀观 湯汤 醫医 藥药 療疗 診诊 費费 報报 銷销 險险 養养 勞劳 動动 資资 單单 廠厂
車车 鐵铁 飛飞 艦舰 彈弹 槍枪 砲炮 雙双 歲岁 歷历 曆历 齡龄 後后 裡里 裏里 邊边 連连 團团 營营 師师 長长 將将 級级
職职 轉转 復复 複复 義义 無无 與与 並并 產产 樓楼 門门 開开 閉闭 網网 頁页 圖图 畫画 檔档 條条 規规 則则 標标 準准
數数 據据 總总 經经 紀纪 結结 離离 兒儿 孫孙 媽妈 爺爷 親亲 婦妇 獨独 貧贫 窮穷 幫帮 撐撑 愛爱 憂忧 鬱郁 絕绝 淚泪
淒凄 慘惨 煩烦 惱恼 氣气 壓压 腦脑 腫肿 膽胆 腸肠 臟脏 髒脏 頭头 臉脸 頸颈 齒齿 髮发 體体 喪丧 墳坟 塋茔 運运 輸输
遷迁 遠远 進进 選选 擇择 適适 達达 遞递 郵邮 鑰钥 鎖锁 銀银 賬账 帳账 匯汇 騙骗 詐诈 賣卖 買买 貨货 價价 稅税 貸贷
債债 賠赔 償偿 減减 滿满 漲涨 災灾 燒烧 煙烟 燈灯 爐炉 風风 雲云 陰阴 陣阵 陸陆 隨随 雖虽 雜杂 雞鸡 靜静 須须 預预
頂顶 願愿 類类 顧顾 顯显 飯饭 飲饮 館馆 驗验 驚惊 馬马 魚鱼 鳥鸟 黨党 齊齐 龍龙 萬万 億亿 貳贰 參参 兩两 幾几 從从
會会 傳传 備备 僅仅 兇凶 內内 冊册 剛刚 創创 劃划 勝胜 協协 嚴严 園园 圓圆 場场 壞坏 壯壮 夢梦 夠够 奪夺 審审 專专
導导 尋寻 屆届 層层 島岛 帶带 廣广 張张 強强 當当 徵征 徑径 憑凭 戶户 拋抛 掛挂 擔担 擴扩 攜携 敗败 斷断 舊旧 晉晋
暫暂 東东 極极 構构 槓杠 樣样 橋桥 檢检 權权 歡欢 殯殡 濟济 灣湾 牆墙 獎奖 環环 異异 盡尽 監监 盤盘 礦矿 禮礼 種种
稱称 積积 穩稳 筆笔 簡简 簽签 糧粮 納纳 練练 緊紧 線线 編编 緩缓 縮缩 繼继 續续 罰罚 聯联 聲声 聾聋 脫脱 腳脚 舉举
華华 虛虚 蟲虫 術术 裝装 視视 訂订 計计 記记 許许 訴诉 評评 詞词 試试 詳详 誤误 調调 談谈 論论 諾诺 護护 變变 讓让
負负 責责 質质 購购 贈赠 趕赶 跡迹 輕轻 載载 輪轮 辭辞 違违 邏逻 鄰邻 醜丑 釋释 針针 鈔钞 鋪铺 錄录 閱阅 階阶 際际
隱隐 響响 項项 順顺 額额 餘余 駐驻 騎骑 髖髋 鹽盐 麗丽 黃黄 嚇吓 喫吃 嘔呕 搶抢 綁绑 繩绳 託托 擾扰 鬧闹 噴喷 鄭郑
劉刘 陳陈 楊杨 吳吴 趙赵 葉叶 鍾钟 罵骂 禍祸 濕湿 熱热 癥症 癡痴 癢痒 瘡疮 傾倾 墜坠 懸悬 軌轨
"""
_SIMPLIFIED = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})

# The army says 幺 for 1, 两 for 2, 拐 for 7, 勾 for 9 and 洞 for 0, so old soldiers do too.
_WAYS = ("0零〇洞", "1一幺壹", "2二两贰", "3三叁", "4四肆", "5五伍", "6六陆", "7七拐柒", "8八捌", "9九勾玖")
DIGITS = {way: value for value, ways in enumerate(_WAYS) for way in ways}
_DIGIT = f"[{''.join(DIGITS)}]"
# "我" opens a choice only before a verb: "我一" is the start of a sentence, "我选一" is an answer.
_BEFORE = r"(?:嗯|哦|喔|噢|额|呃|啊|好的|好|那个|那|就是|就|应该是|是|我?想?要|请|麻烦|帮我|给我)"
_PICK = r"(?:我?(?:想|要|就)?(?:选择|选|回复|回|按|点|发|打|扣|输入|填|报)(?:数字|号码|序号)?|号|序号|编号|数字)"
_AFTER = r"(?:吧|啊|呀|嘛|哈|哦|呢|噻|撒|咯|了|好了|就行|可以|谢谢您?|多谢|麻烦了|同志|老师|老战友)"
_NUMBERED = rf"(?:第(?P<nth>{_DIGIT})(?:个|项|条|种|款|号)?|头(?P<head>[一1])[个项条]|(?P<bare>{_DIGIT})(?:号|键)?)"
_CHOICE = re.compile(rf"{_BEFORE}{{0,3}}{_PICK}?{_NUMBERED}{_AFTER}{{0,3}}")
# No way of choosing is longer, and the bound keeps the optional fillers above cheap.
_LONGEST_CHOICE = 16


def tidy(text: str) -> str:
    """The words as they are stored and shown: nothing in them can steer a screen, a log or a terminal."""
    kept = _without_surrogates(text.replace("\r\n", "\n")).translate(_STORED)
    # A single joiner stays, since family emoji need it; a run of them only hides something.
    shown = (here for here, before in zip(kept, "x" + kept, strict=False) if not {here, before} <= _ZERO_WIDTH)
    return "".join(shown).strip()


@lru_cache(maxsize=256)  # three readers ask for the same text
def plain(text: str) -> str:
    """The words as matching sees them: one spelling for each, at most 4,000 characters, nothing to show to anybody."""
    seen = _without_surrogates(_decoded(text[:LONGEST_READ]))
    seen = "".join(" " if character in "\t\n\r" else character for character in seen if not _is_unseen(character))
    seen = unicodedata.normalize("NFKC", seen)[:LONGEST_READ]
    seen = unicodedata.normalize("NFKC", seen.lower()).translate(_SIMPLIFIED)
    seen = _EMOJI_CODE.sub(" ", seen)
    return _closed_up("".join(" " if _is_gap(character) else character for character in seen))[:LONGEST_READ].strip()


def choice(text: str, *, most: int = 9) -> int | None:
    """The digit a veteran means when the whole message is a choice ("选1", "第一个", "2号吧"), else None."""
    said = plain(text).replace(" ", "")
    if len(said) > _LONGEST_CHOICE:
        return None
    found = _CHOICE.fullmatch(said)
    if found is None:
        return None
    digit = DIGITS[found["nth"] or found["head"] or found["bare"]]
    return digit if digit <= most else None


def _without_surrogates(text: str) -> str:
    return text.encode("utf-8", "ignore").decode("utf-8")


def _decoded(text: str) -> str:
    """Percent-encoded Chinese as Chinese; anything else, such as "打8%折扣", stays as typed."""
    runs = _PERCENT_RUN.findall(text)
    if not any(byte > 0x7F for run in runs for byte in _bytes(run)):
        return text
    try:
        return _PERCENT_RUN.sub(lambda run: _bytes(run[0]).decode("utf-8"), text)
    except UnicodeDecodeError:
        return text


def _bytes(run: str) -> bytes:
    return bytes.fromhex(run.replace("%", ""))


def _is_unseen(character: str) -> bool:
    """Format characters, controls, variation selectors and the keycap frame: they change the look, not the word."""
    if character in "\t\n\r":
        return False
    return unicodedata.category(character) in ("Cc", "Cf", "Me") or "\ufe00" <= character <= "\ufe0f"


def _is_gap(character: str) -> bool:
    """Spaces, punctuation, symbols and emoji: they part words and mean nothing by themselves."""
    return unicodedata.category(character)[0] in "PSZC"


def _closed_up(text: str) -> str:
    """One space between words, none between 汉字: "自 杀" and "自.杀" are the one word."""
    words = text.split()
    pieces = words[:1]
    for before, after in pairwise(words):
        pieces.append(after if _is_hanzi(before[-1]) and _is_hanzi(after[0]) else f" {after}")
    return "".join(pieces)


def _is_hanzi(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or character == "〇" or "\U00020000" <= character <= "\U0003ffff"

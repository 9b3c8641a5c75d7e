"""What an entry of the audit says in plain Chinese: whose thing it was, and what was done with it."""

from __future__ import annotations

THINGS = {
    "session": "登录", "policy": "政策", "wording": "机器的话", "interest": "回避", "chat": "接待", "queue": "接待队列",
    "crisis": "危机", "veteran": "战友情况", "media": "照片录音", "petition": "信访", "restricted": "专办件",
    "export": "导出", "import": "导入", "dash": "数据", "user": "人员", "settings": "设置", "backup": "备份",
    "audit": "审计记录", "unanswered": "没答上的问题", "broadcast": "通知", "aid": "困难帮扶", "fund": "公益金",
    "homecoming": "返乡登记", "mediation": "调解", "visit": "走访", "station": "站点", "system": "系统", "job": "定时任务",
    "own_data": "本人资料", "page": "页面", "webhook": "微信推送", "fund_public": "公益金公示",
}  # fmt: skip
DEEDS = {
    "sign_in": "登录", "sign_out": "退出", "sign_out_everywhere": "退出所有设备", "enrol_2fa": "绑定手机验证器",
    "own_log": "看自己的账号", "password": "换了密码", "take": "接了一位", "read": "看了", "reply": "回了话",
    "note": "写了备注", "transfer": "转给别人", "close": "结束了", "correct_summary": "改了小结", "handled": "处理了",
    "card": "看了", "reveal_phone": "看了完整电话", "reveal_id": "看了完整身份证号", "reveal_address": "看了完整地址",
    "reveal_bank": "看了完整银行卡号", "file": "登记了", "status": "查了进度", "hand_over": "转专人", "list": "看了列表",
    "read_closed": "看了结束的对话", "search": "查了一次", "correct": "改了资料", "confirm_identity": "核对了身份",
    "merge": "提出合并", "read_other": "看了别人承办的", "progress": "写了进展", "accept": "受理", "forward": "转送",
    "assign": "指定承办人", "decline": "提出不予受理", "extend": "提出延长", "answer": "书面答复",
    "petitions_masked": "导出了表（遮住的）", "petitions_full": "导出了表（完整的）", "veterans": "导入了名单",
    "print": "打印", "read_restricted": "看了", "export": "导出了", "approve": "同意了", "refuse": "退回了",
    "review": "看了处理情况", "approve_merge": "同意合并", "lift": "解除了", "confirm_grant": "同意加岗位",
    "confirm_reset": "同意重新绑定手机", "confirm": "同意了", "confirm_restore": "同意恢复", "verify": "核对了一遍",
    "draft": "写了草稿", "try": "试了试", "retire": "停用了", "preview_self": "先发给自己看", "stop": "停发了",
    "reject": "退回了", "opinion": "写了意见", "decide": "定了", "publish": "公示了", "object": "提了异议",
    "visit": "走访", "vote": "表决", "withdraw": "撤回", "record": "记了", "pay": "付款", "reverse": "冲正",
    "reconcile": "对账", "sign": "签字", "open": "开始", "plan": "安排", "create": "新增", "disable": "停用了账号",
    "reset_password": "给了新链接", "grant_role": "提出加岗位", "reset_2fa": "提出重新绑定手机", "end_role": "去掉岗位",
    "edit": "改了", "import": "用 Excel 导入", "check": "核对", "restore": "恢复", "declare": "说明要回避",
    "many_reveals": "一天看了 20 次完整号码", "register": "登记了", "add": "补充", "rate": "评价",
    "reason": "写了为什么要看号码", "drop_town": "停发了一个镇", "model_draft": "让电脑起了草稿",
    "ask_review": "申请复查", "consent": "同意或不同意", "access_log": "看谁查过", "send": "发了", "erase": "删除",
    "deliver": "发送", "remind": "提醒", "spread": "群发", "sweep": "清理", "poll": "查询", "scrape": "采集",
    "call": "打过电话了", "propose": "交上去审", "retry": "再发一次", "take_back": "拿回来改",
    "backup": "备份", "apply": "申请", "ask": "提出", "agree": "同意", "list_closed": "看了列表",
}  # fmt: skip
KINDS = {
    "calls": "电话名单",
    "station": "站点",
    "article": "政策",
    "law": "法规",
    "case": "办件",
    "approval": "提议",
    "user": "账号",
}
GENERAL = frozenset({"users", "audit", "stations", "veterans", "canned_replies", "questions", "restricted"})
# Acts of whoever is at the machine, and what the program notes by itself.
WHOLE = {
    "session.sign_in": "登录了",
    "session.sign_out": "退出了",
    "session.sign_out_everywhere": "退出了所有设备",
    "session.password": "换了密码",
    "session.enrol_2fa": "绑定了手机验证器",
    "refused": "没有权限，被挡住了",
    "upgraded": "升级了数据库",
    "backed_up": "做了备份",
    "restored": "恢复了备份",
    "keys_rotated": "换了密钥",
    "menu_published": "发布了微信菜单",
    "user_added": "在服务器上加了岗位",
    "user_disabled": "在服务器上停用了账号",
    "export.failed": "导出没有做成",
    "station_codes_made": "在服务器上要了二维码",
    "stations_imported": "在服务器上导入了站点",
    "law_proposed": "在服务器上提交了法规",
    "policies_imported": "在服务器上导入了政策草稿",
    "filed": "登记了信访",
    "user.grant.refused": "退回了加岗位",
    "user.reset_2fa.refused": "退回了重新绑定手机",
    "settings.canned.refused": "退回了改常用语",
}


def said(act: str) -> str:
    """The act in words; one that nobody has put in words yet stands as it is."""
    if act in WHOLE:
        return WHOLE[act]
    thing, _, deed = act.partition(".")
    if thing not in THINGS or deed not in DEEDS:
        return act
    return f"{THINGS[thing]}：{DEEDS[deed]}"


def about(subject: str) -> str:
    """What it was done to; nothing where the act says it all."""
    if subject in GENERAL or subject.partition(".")[0] in THINGS:
        return said(subject) if "." in subject else ""
    kind, _, name = subject.partition(" ")
    return f"{KINDS[kind]} {name}" if kind in KINDS and name else subject

"""What a page shows when it cannot show what was asked for: one sentence each, always with a way on."""

from __future__ import annotations

from flask import g

from console.page import render

SORRY = {
    400: ("这个请求看不懂", "可能是这一页放得太久了。请退回去，刷新一下再试；写的话还在。"),
    403: ("这一页您不能看", "您的岗位看不了这一页。如果工作上要看，请找本单位负责人。"),
    404: ("没有这一页", "可能是地址不对，或者这件事已经不在了。"),
    405: ("这一页不能这样用", "请从页面上的按钮进来。"),
    409: ("没办成", ""),
    410: ("这个链接不能用了", "链接用过了，或者过了时间。请找管理员再要一个。"),
    413: ("内容太大了", "请分几次，或者缩短一点。"),
    429: ("点得有点快", "请过一分钟再试。"),
    500: ("系统出了点问题", "不是您点错了。请过几分钟再试。"),
}


def sorry(code: int, sentence: str = "") -> str:
    heading, usual = SORRY.get(code, SORRY[400])
    return render(
        "states/sorry.html",
        code=code,
        heading=heading,
        sentence=sentence or usual,
        request_id=g.get("request_id", ""),
    )

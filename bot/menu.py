"""The menu under the chat: three buttons, each entry's key the very words it says (platform.md 9.3)."""

from __future__ import annotations

from typing import Any


def _button(name: str, key: str) -> dict[str, str]:
    return {"type": "click", "name": name, "key": key}


MENU: dict[str, Any] = {
    "button": [
        _button("查政策", "查政策"),
        {
            "name": "办事情",
            "sub_button": [
                _button("反映问题", "反映问题"),
                _button("申请帮扶", "申请帮扶"),
                _button("查办到哪步", "查办到哪步"),
                _button("我的资料", "我的资料"),
            ],
        },
        _button("找人", "找人"),
    ]
}

"""Menus (platform.md 9.3)."""

from collections.abc import Mapping
from typing import Any

from simulator.api_call import OK, Answer, Asked, get, post
from simulator.errors import Refusal
from simulator.state import Json

PICTURES = frozenset({"pic_sysphoto", "pic_photo_or_album", "pic_weixin"})
KEYED = PICTURES | {"click", "scancode_push", "scancode_waitmsg", "location_select"}
LINKED = frozenset({"view", "miniprogram"})
STORED = {"media_id": "media_id", "view_limited": "media_id", "article_id": "article_id",
          "article_view_limited": "article_id"}  # fmt: skip
# Error codes for a top button and for one below it.
TOP = {"count": 40016, "type": 40017, "name": 40018, "key": 40019, "url": 40020, "domain": 40055}
SUB = {"count": 40023, "type": 40024, "name": 40025, "key": 40026, "url": 40027, "domain": 40054}


def _check_menu(buttons: object) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise Refusal(TOP["count"])
    for button in buttons:
        _check_name(button, 16, TOP)
        below = button.get("sub_button")
        if below:
            if not isinstance(below, list) or len(below) > 5:
                raise Refusal(SUB["count"])
            for each in below:
                _check_name(each, 60, SUB)
                _check_leaf(each, SUB)
        else:
            _check_leaf(button, TOP)


def _check_name(button: object, longest: int, codes: Mapping[str, int]) -> None:
    if not isinstance(button, dict):
        raise Refusal(47001)
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= longest:
        raise Refusal(codes["name"])


def _check_leaf(button: dict[str, Any], codes: Mapping[str, int]) -> None:
    kind = button.get("type")
    if kind in KEYED:
        _check_length(button, "key", 128, codes["key"])
    elif kind in LINKED:
        _check_length(button, "url", 1024, codes["url"])
        if not str(button["url"]).startswith(("http://", "https://")):
            raise Refusal(codes["domain"])
        if kind == "miniprogram" and not (button.get("appid") and button.get("pagepath")):
            raise Refusal(codes["key"])
    elif kind not in STORED or not button.get(STORED[kind]):
        raise Refusal(codes["type"])


def _check_length(button: dict[str, Any], name: str, longest: int, errcode: int) -> None:
    words = button.get(name)
    if not isinstance(words, str) or not 1 <= len(words.encode()) <= longest:
        raise Refusal(errcode)


def create(asked: Asked) -> Answer:
    _check_menu(asked.body.get("button"))
    asked.state.menu = {"button": asked.body["button"]}
    return OK


def read(asked: Asked) -> Answer:
    if asked.state.menu is None:
        raise Refusal(46003)
    menus = [{**menu, "menuid": number} for number, menu in asked.state.conditional_menus.items()]
    return {"menu": asked.state.menu, **({"conditionalmenu": menus} if menus else {})}


def delete(asked: Asked) -> Answer:
    """The conditional menus go with it."""
    asked.state.menu = None
    asked.state.conditional_menus.clear()
    return OK


def add_conditional(asked: Asked) -> Answer:
    if asked.state.menu is None:
        raise Refusal(46003)
    _check_menu(asked.body.get("button"))
    number = str(asked.state.number())
    asked.state.conditional_menus[number] = {"button": asked.body["button"], "matchrule": asked.inner("matchrule")}
    return {"menuid": number}


def delete_conditional(asked: Asked) -> Answer:
    if asked.state.conditional_menus.pop(str(asked.body.get("menuid")), None) is None:
        raise Refusal(65301)
    return OK


def try_match(asked: Asked) -> Answer:
    """The menu one person sees: the newest conditional one whose tag he has, else the common one."""
    person = asked.person(asked.body.get("user_id"))
    for menu in reversed(asked.state.conditional_menus.values()):
        rule: Json = menu["matchrule"]
        if str(rule.get("tag_id", "")) in {str(tag) for tag in person.tags}:
            return {"button": menu["button"]}
    return {"button": (asked.state.menu or {"button": []})["button"]}


def current(asked: Asked) -> Answer:
    return {"is_menu_open": int(asked.state.menu is not None), "selfmenu_info": asked.state.menu or {}}


CALLS = {
    "/cgi-bin/menu/create": post(create),
    "/cgi-bin/menu/get": get(read),
    "/cgi-bin/menu/delete": get(delete),
    "/cgi-bin/menu/addconditional": post(add_conditional),
    "/cgi-bin/menu/delconditional": post(delete_conditional),
    "/cgi-bin/menu/trymatch": post(try_match),
    "/cgi-bin/get_current_selfmenu_info": get(current),
}

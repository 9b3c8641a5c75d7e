"""Web login for pages opened from the chat (platform.md 9.6)."""

from urllib.parse import quote, urlencode, urlsplit

from flask import Response, redirect, render_template

from simulator.api_call import OK, Answer, Asked, Call, get
from simulator.errors import Refusal
from simulator.state import Json, fresh_id

CODE_LIFE, TOKEN_LIFE = 300.0, 7200.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def authorize(asked: Asked) -> Answer:
    """Send the person back with a code. `as` names whose WeChat it is; without it the page asks."""
    query, where = asked.query, asked.query.get("redirect_uri", "")
    if query.get("appid") != asked.world.account.app_id:
        raise Refusal(40013)
    if urlsplit(where).hostname not in _LOOPBACK:
        return Response("redirect_uri域名与后台配置不一致，错误码:10003", mimetype="text/html; charset=utf-8")
    openid = query.get("as", "")
    if openid not in asked.state.people:
        people = [(person.name, f"{asked.path}?{urlencode({**query, 'as': person.openid})}")
                  for person in asked.state.people.values()]  # fmt: skip
        return Response(render_template("choose.html", people=people))
    code = fresh_id(32)
    asked.state.codes[code] = (openid, asked.now + CODE_LIFE, query.get("scope", "snsapi_base"))
    joint = "&" if "?" in where else "?"
    answer = redirect(f"{where}{joint}code={code}&state={quote(query.get('state', ''))}")
    return Response(answer.get_data(), answer.status_code, answer.headers)


def exchange(asked: Asked) -> Answer:
    """A code for a token; each code works once, for five minutes."""
    query = asked.query
    if query.get("appid") != asked.world.account.app_id:
        raise Refusal(40013)
    if query.get("secret") != asked.world.account.app_secret:
        raise Refusal(40125)
    code = query.get("code", "")
    if not code:
        raise Refusal(41008)
    if code not in asked.state.codes:
        raise Refusal(40029)
    openid, dies, scope = asked.state.codes[code]
    if not openid:
        raise Refusal(40163)
    asked.state.codes[code] = ("", dies, scope)
    if asked.now >= dies:
        raise Refusal(42003)
    return _granted(asked, openid, scope)


def _granted(asked: Asked, openid: str, scope: str) -> Json:
    words = fresh_id(86)
    asked.state.web_tokens[words] = (openid, asked.now + TOKEN_LIFE, scope)
    answer = {"access_token": words, "expires_in": int(TOKEN_LIFE), "refresh_token": words[::-1]}
    return {**answer, "openid": openid, "scope": scope}


def refresh(asked: Asked) -> Answer:
    found = asked.state.web_tokens.get(asked.query.get("refresh_token", "")[::-1])
    if found is None:
        raise Refusal(40030)
    return _granted(asked, found[0], found[2])


def _holder(asked: Asked) -> tuple[str, str]:
    openid, dies, scope = asked.state.web_tokens.get(asked.query.get("access_token", ""), ("", 0.0, ""))
    if not openid or asked.now >= dies or openid != asked.query.get("openid"):
        raise Refusal(40001)
    return openid, scope


def user(asked: Asked) -> Answer:
    """Nickname and picture, only with the scope that asks for them."""
    openid, scope = _holder(asked)
    if scope != "snsapi_userinfo":
        raise Refusal(48001)
    return {"openid": openid, "nickname": asked.state.people[openid].name, "headimgurl": "", "privilege": []}


def check(asked: Asked) -> Answer:
    _holder(asked)
    return OK


CALLS: dict[str, Call] = {
    "/connect/oauth2/authorize": get(authorize, token=False),
    "/sns/oauth2/access_token": get(exchange, token=False),
    "/sns/oauth2/refresh_token": get(refresh, token=False),
    "/sns/userinfo": get(user, token=False),
    "/sns/auth": get(check, token=False),
}

"""Scene codes, tickets, quotas, addresses and statistics (platform.md 9.4, 9.7 and 9.9)."""

from flask import Response

from simulator.api_call import OK, Answer, Asked, Call, get, post
from simulator.errors import Refusal
from simulator.samples import SAMPLE_PHOTO
from simulator.state import Scene, fresh_id

LONGEST_CODE, SHORTEST_CODE = 2_592_000, 60
TEMPORARY, PERMANENT = ("QR_SCENE", "QR_STR_SCENE"), ("QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE")


def make_code(asked: Asked) -> Answer:
    """A QR code with a scene: temporary ones end, permanent ones stay for ever."""
    action = asked.text("action_name", "")
    if action not in TEMPORARY + PERMANENT:
        raise Refusal(40052)
    scene = asked.inner("action_info").get("scene")
    if not isinstance(scene, dict):
        raise Refusal(40053)
    numeric = "STR" not in action
    value = _number(scene, action) if numeric else _word(scene)
    seconds = asked.number("expire_seconds", SHORTEST_CODE)
    if action in TEMPORARY and not 1 <= seconds <= LONGEST_CODE:
        raise Refusal(40053)
    dies = asked.now + seconds if action in TEMPORARY else None
    made = Scene(fresh_id(96), value, dies, numeric)
    asked.state.scenes[made.ticket] = made
    life = {"expire_seconds": seconds} if dies else {}
    return {"ticket": made.ticket, **life, "url": f"http://weixin.qq.com/q/{made.ticket[:24]}"}


def _number(scene: dict[str, object], action: str) -> str:
    value = scene.get("scene_id")
    most = 100_000 if action == "QR_LIMIT_SCENE" else 2**32 - 1
    if not isinstance(value, int) or not 1 <= value <= most:
        raise Refusal(40053)
    return str(value)


def _word(scene: dict[str, object]) -> str:
    value = scene.get("scene_str")
    if not isinstance(value, str) or not 1 <= len(value) <= 64:
        raise Refusal(40053)
    return value


def show_code(asked: Asked) -> Answer:
    """The picture of a code; the simulator shows its sample picture. 404 for a bad or expired ticket."""
    scene = asked.state.scenes.get(asked.query.get("ticket", ""))
    if scene is None or (scene.dies is not None and asked.now >= scene.dies):
        return Response(status=404)
    return Response(SAMPLE_PHOTO, mimetype="image/jpeg")


def ticket(asked: Asked) -> Answer:
    """The ticket for signing pages; kept until it expires."""
    if asked.query.get("type") not in ("jsapi", "wx_card"):
        raise Refusal(40097)
    alive = [words for words, dies in asked.state.tickets.items() if asked.now < dies]
    words = alive[0] if alive else fresh_id(86)
    asked.state.tickets.setdefault(words, asked.now + 7200)
    return {**OK, "ticket": words, "expires_in": int(asked.state.tickets[words] - asked.now)}


def clear_quota(asked: Asked) -> Answer:
    if asked.body.get("appid") != asked.world.account.app_id:
        raise Refusal(40013)
    if not asked.state.counters.reset(asked.now):
        raise Refusal(48006)
    return OK


def clear_quota_by_secret(asked: Asked) -> Answer:
    """The same without a token."""
    if asked.body.get("appsecret") != asked.world.account.app_secret:
        raise Refusal(40125)
    return clear_quota(asked)


def _counted_path(asked: Asked) -> str:
    path = asked.text("cgi_path", "")
    if not path.startswith(("/cgi-bin/", "/customservice/", "/wxaapi/")):
        raise Refusal(76021)
    return path


def clear_one(asked: Asked) -> Answer:
    asked.state.counters.reset_one(_counted_path(asked))
    return OK


def quota(asked: Asked) -> Answer:
    path, counters = _counted_path(asked), asked.state.counters
    limit, used = counters.limit(path), counters.used(path, asked.now)
    rate = {"call_count": counters.by_minute.get(path, 0), "refresh_second": 60}
    numbers = {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}
    return {**OK, "quota": numbers, "rate_limit": rate}


def look_up(asked: Asked) -> Answer:
    """openapi/rid/get: what a call looked like, for seven days."""
    wanted = asked.text("rid", "")
    call = next((each for each in asked.state.calls if each.rid == wanted), None)
    if call is None or asked.now - call.at > 7 * 86400:
        raise Refusal(76003)
    request = {
        "invoke_time": int(call.at),
        "cost_in_ms": int(call.seconds * 1000),
        "request_url": call.path,
        "request_body": call.asked,
        "response_body": call.answer,
        "client_ip": "127.0.0.1",
    }
    return {**OK, "request": request}


def addresses(_asked: Asked) -> Answer:
    return {"ip_list": ["127.0.0.1"]}


def self_test(_asked: Asked) -> Answer:
    return {"dns": [{"ip": "127.0.0.1", "real_operator": "DEFAULT"}], "ping": [{"ip": "127.0.0.1", "time": "0.1ms"}]}


def no_numbers(_asked: Asked) -> Answer:
    """Statistics: the simulator counts nothing."""
    return {"list": []}


def statistics(path: str) -> Call | None:
    """Any path under /datacube/."""
    return post(no_numbers) if path.startswith("/datacube/") else None


CALLS: dict[str, Call] = {
    "/cgi-bin/qrcode/create": post(make_code),
    "/cgi-bin/showqrcode": get(show_code, token=False),
    "/cgi-bin/ticket/getticket": get(ticket),
    "/cgi-bin/clear_quota": post(clear_quota),
    "/cgi-bin/clear_quota/v2": Call("POST", clear_quota_by_secret, token=False),
    "/cgi-bin/openapi/quota/clear": post(clear_one),
    "/cgi-bin/openapi/quota/get": post(quota),
    "/cgi-bin/openapi/rid/get": post(look_up),
    "/cgi-bin/getcallbackip": get(addresses),
    "/cgi-bin/get_api_domain_ip": get(addresses),
    "/cgi-bin/callback/check": post(self_test),
}

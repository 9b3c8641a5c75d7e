"""Mass messages (platform.md 8.1 to 8.3)."""

import hashlib
import json

from simulator import push
from simulator.api_call import OK, Answer, Asked, Call, post
from simulator.errors import Refusal
from simulator.people import MONTHLY_BROADCASTS, Bubble, Link, Person, month_of
from simulator.push import BROADCAST_SENDER
from simulator.state import Broadcast, Json, Sent

REMEMBERED = 86400.0  # seconds in which the same clientmsgid is refused
LONGEST_ID = 32
KINDS = frozenset({"mpnews", "text", "voice", "image", "mpvideo"})


def send_to_all(asked: Asked) -> Answer:
    """To everybody (at most four a month), or to a tag."""
    filters = asked.inner("filter")
    if filters.get("is_to_all") is True:
        audience = [person for person in asked.state.people.values() if person.follows]
        _check_month(asked)
    else:
        tag = filters.get("tag_id")
        if tag not in asked.state.tags:
            raise Refusal(40152)
        audience = [person for person in asked.state.people.values() if tag in person.tags]
    return _submit(asked, audience, "all" if filters.get("is_to_all") else f"tag {filters.get('tag_id')}")


def _check_month(asked: Asked) -> None:
    month = month_of(asked.now)
    done = [each for each in asked.state.broadcasts.values() if each.audience == ["all"]]
    if sum(month_of(each.made) == month for each in done) >= MONTHLY_BROADCASTS:
        raise Refusal(45028)


def send_to_list(asked: Asked) -> Answer:
    """To 2 to 10 000 openids."""
    listed = asked.items("touser")
    if len(listed) < 2:
        raise Refusal(40130)
    if len(listed) > 10_000:
        raise Refusal(40032)
    people = [asked.person(openid, 40031) for openid in listed]
    return _submit(asked, people, "list")


def _submit(asked: Asked, audience: list[Person], whom: str) -> Answer:
    kind = asked.text("msgtype", "")
    if kind not in KINDS:
        raise Refusal(45113 if kind == "wxcard" else 40008)
    content = asked.inner("images" if kind == "image" and "images" in asked.body else kind)
    bubble = _bubble(asked, kind, content)
    client_id = _client_id(asked, audience)
    for job in asked.state.broadcasts.values():
        if job.client_id == client_id and asked.now - job.made < REMEMBERED:
            raise Refusal(45065, msg_id=job.number)
    job = Broadcast(asked.state.number(), client_id, kind, content, [whom], asked.now)
    asked.state.broadcasts[job.number] = job
    _deliver(asked, job, audience, bubble)
    if asked.world.faults.broadcast_answers_45065:
        raise Refusal(45065, msg_id=job.number)
    extra = {"msg_data_id": job.number + 1} if kind == "mpnews" else {}
    return {"errcode": 0, "errmsg": "send job submission success", "msg_id": job.number, **extra}


def _client_id(asked: Asked, audience: list[Person]) -> str:
    given = asked.text("clientmsgid", "")
    if len(given.encode()) > LONGEST_ID:
        raise Refusal(45067)
    if given:
        return given
    seed = json.dumps([asked.body, [person.openid for person in audience]], sort_keys=True)
    return "derived " + hashlib.sha256(seed.encode()).hexdigest()


def _bubble(asked: Asked, kind: str, content: Json) -> Bubble:
    """What a broadcast shows; its content is checked on the way."""
    if kind == "text":
        words = content.get("content")
        if not isinstance(words, str) or not words:
            raise Refusal(44004)
        return Bubble("account", "broadcast", words, (), asked.now)
    media_id = str((content.get("media_ids") or [content.get("media_id", "")])[0])
    if kind == "mpnews":
        articles = asked.state.drafts.get(media_id)
        if articles is None:
            raise Refusal(40007)
        title = str(articles[0]["title"])
        return Bubble("account", "broadcast", title, (Link(title, "web", _article_url(media_id)),), asked.now)
    if not asked.media_exists(media_id, "video" if kind == "mpvideo" else kind):
        raise Refusal(40007)
    return Bubble("account", "broadcast", f"[{kind}]", (), asked.now, media_id=media_id)


def _article_url(media_id: str) -> str:
    return f"http://mp.weixin.qq.com/s?sim={media_id[:16]}"


def _deliver(asked: Asked, job: Broadcast, audience: list[Person], bubble: Bubble) -> None:
    """Show it to everybody it may reach, then tell the result by an event that can be lost."""
    result = asked.world.faults.broadcast_result
    good = result == "send success"
    for person in audience:
        if good and person.take_broadcast(asked.now):
            job.sent += 1
            asked.world.show(person.openid, bubble)
            asked.state.sent.append(Sent(asked.now, "mass", person.openid, job.kind, asked.body, str(job.number)))
        else:
            job.failed += 1
    job.status = "SEND_SUCCESS" if good else "SEND_FAIL"
    if job.kind == "mpnews" and good:
        # The draft vanishes once it has been broadcast (platform.md 8.2).
        media_id = str(job.content["media_id"])
        asked.state.drafts.pop(media_id, None)
        job.url = _article_url(media_id)
    own = push.broadcast_result(job.number, result, len(audience), job.sent, job.failed, job.url)
    asked.world.later(asked.world.pushes.event(BROADCAST_SENDER, "MASSSENDJOBFINISH", own))


def preview(asked: Asked) -> Answer:
    """To one person, outside every limit but the daily one."""
    kind = asked.text("msgtype", "")
    if kind not in KINDS:
        raise Refusal(40008)
    if "towxname" not in asked.body:
        person = asked.person(asked.body.get("touser"))
        asked.world.show(person.openid, _bubble(asked, kind, asked.inner(kind)))
    return {"errcode": 0, "errmsg": "preview success", "msg_id": asked.state.number()}


def status(asked: Asked) -> Answer:
    job = asked.state.broadcasts.get(asked.number("msg_id"))
    if job is None:
        raise Refusal(40059)
    return {"msg_id": job.number, "msg_status": job.status}


def delete(asked: Asked) -> Answer:
    """Only articles and videos can be taken back."""
    job = asked.state.broadcasts.get(asked.number("msg_id", 0))
    if job is None and "url" in asked.body:
        job = next((each for each in asked.state.broadcasts.values() if each.url == asked.body["url"]), None)
    if job is None or job.kind not in ("mpnews", "mpvideo"):
        raise Refusal(40059)
    job.status = "DELETE"
    return OK


SPEEDS = (80, 60, 45, 30, 10)


def read_speed(asked: Asked) -> Answer:
    return {"speed": asked.state.speed, "realspeed": SPEEDS[asked.state.speed]}


def set_speed(asked: Asked) -> Answer:
    speed = asked.number("speed")
    if speed not in range(len(SPEEDS)):
        raise Refusal(40035)
    asked.state.speed = speed
    return OK


CALLS: dict[str, Call] = {
    "/cgi-bin/message/mass/sendall": post(send_to_all, fault="mass_error", sends=True),
    "/cgi-bin/message/mass/send": post(send_to_list, fault="mass_error", sends=True),
    "/cgi-bin/message/mass/preview": post(preview),
    "/cgi-bin/message/mass/get": post(status),
    "/cgi-bin/message/mass/delete": post(delete),
    "/cgi-bin/message/mass/speed/get": post(read_speed),
    "/cgi-bin/message/mass/speed/set": post(set_speed),
}

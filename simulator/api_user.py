"""Followers, tags and the blacklist (platform.md 9.1 and 9.2)."""

from simulator.api_call import OK, Answer, Asked, get, post
from simulator.errors import Refusal
from simulator.people import OPENID_SHAPE, Person
from simulator.state import Json

MOST_TAGS, MOST_TAGS_EACH, PAGE = 100, 20, 10_000
SYSTEM_TAGS = range(3)


def _card(person: Person) -> Json:
    """Never a nickname, picture, sex, language or place: those ended in 2021."""
    if not person.follows:
        return {"subscribe": 0, "openid": person.openid}
    return {
        "subscribe": 1,
        "openid": person.openid,
        "subscribe_time": int(person.since),
        "remark": person.remark,
        "groupid": min(person.tags, default=0),
        "tagid_list": sorted(person.tags),
        "subscribe_scene": person.came_by,
        "qr_scene": int(person.scene) if person.scene.isdecimal() else 0,
        "qr_scene_str": "" if person.scene.isdecimal() else person.scene,
    }


def info(asked: Asked) -> Answer:
    return _card(asked.person(asked.query.get("openid")))


def info_of_many(asked: Asked) -> Answer:
    listed = asked.items("user_list")
    if not 1 <= len(listed) <= 100 or not all(isinstance(each, dict) for each in listed):
        raise Refusal(40032)
    return {"user_info_list": [_card(asked.person(each.get("openid"))) for each in listed]}


def _page(people: list[Person], after: str) -> Json:
    openids = [person.openid for person in people]
    start = openids.index(after) + 1 if after in openids else 0
    some = openids[start : start + PAGE]
    answer: Json = {"count": len(some), "next_openid": some[-1] if some else ""}
    return answer | ({"data": {"openid": some}} if some else {})


def followers(asked: Asked) -> Answer:
    people = [person for person in asked.state.people.values() if person.follows]
    return {"total": len(people), **_page(people, asked.query.get("next_openid", ""))}


def remark(asked: Asked) -> Answer:
    words = asked.text("remark")
    if len(words.encode()) >= 30:
        raise Refusal(40092)
    asked.person(asked.body.get("openid")).remark = words
    return OK


# --- tags ---


def _name(asked: Asked) -> str:
    name = asked.inner("tag").get("name")
    if not isinstance(name, str) or not name or name in asked.state.tags.values():
        raise Refusal(45157)
    if len(name.encode()) > 30:
        raise Refusal(45158)
    return name


def _tag(asked: Asked, value: object) -> int:
    if not isinstance(value, int) or value not in asked.state.tags:
        raise Refusal(45058 if value in SYSTEM_TAGS else 45159)
    return value


def create_tag(asked: Asked) -> Answer:
    name = _name(asked)
    if len(asked.state.tags) >= MOST_TAGS:
        raise Refusal(45056)
    number = max(asked.state.tags, default=99) + 1
    asked.state.tags[number] = name
    return {"tag": {"id": number, "name": name}}


def list_tags(asked: Asked) -> Answer:
    people = asked.state.people.values()
    return {
        "tags": [
            {"id": number, "name": name, "count": sum(number in person.tags for person in people)}
            for number, name in asked.state.tags.items()
        ]
    }


def rename_tag(asked: Asked) -> Answer:
    number = _tag(asked, asked.inner("tag").get("id"))
    asked.state.tags[number] = _name(asked)
    return OK


def delete_tag(asked: Asked) -> Answer:
    number = _tag(asked, asked.inner("tag").get("id"))
    del asked.state.tags[number]
    for person in asked.state.people.values():
        person.tags.discard(number)
    return OK


def _listed(asked: Asked, most: int) -> list[Person]:
    listed = asked.items("openid_list")
    if not 1 <= len(listed) <= most:
        raise Refusal(40032)
    for openid in listed:
        if not isinstance(openid, str) or not OPENID_SHAPE.fullmatch(openid):
            raise Refusal(40003)
    return [asked.person(openid, 49003) for openid in listed]


def tag_many(asked: Asked) -> Answer:
    """At most 50 at once and 20 tags each; 45171 tells which ones failed."""
    number, people = _tag(asked, asked.body.get("tagid")), _listed(asked, 50)
    failing = [person.openid for person in people if person.openid in asked.world.faults.untaggable]
    for person in people:
        if person.openid in failing:
            continue
        if len(person.tags | {number}) > MOST_TAGS_EACH:
            raise Refusal(45059)
        person.tags.add(number)
    if failing:
        raise Refusal(45171, fail_openid_list=failing)
    return OK


def untag_many(asked: Asked) -> Answer:
    number = _tag(asked, asked.body.get("tagid"))
    for person in _listed(asked, 50):
        person.tags.discard(number)
    return OK


def tags_of(asked: Asked) -> Answer:
    return {"tagid_list": sorted(asked.person(asked.body.get("openid")).tags)}


def people_of_tag(asked: Asked) -> Answer:
    number = _tag(asked, asked.body.get("tagid"))
    people = [person for person in asked.state.people.values() if number in person.tags]
    return _page(people, asked.text("next_openid", ""))


# --- the blacklist ---


def blacklist(asked: Asked) -> Answer:
    people = [person for person in asked.state.people.values() if person.blacklisted]
    return {"total": len(people), **_page(people, asked.text("begin_openid", ""))}


def ban(asked: Asked) -> Answer:
    for person in _listed(asked, 20):
        person.blacklisted = True
    return OK


def unban(asked: Asked) -> Answer:
    for person in _listed(asked, 20):
        person.blacklisted = False
    return OK


CALLS = {
    "/cgi-bin/user/info": get(info),
    "/cgi-bin/user/info/batchget": post(info_of_many),
    "/cgi-bin/user/get": get(followers),
    "/cgi-bin/user/info/updateremark": post(remark),
    "/cgi-bin/user/tag/get": post(people_of_tag),
    "/cgi-bin/tags/create": post(create_tag),
    "/cgi-bin/tags/get": get(list_tags),
    "/cgi-bin/tags/update": post(rename_tag),
    "/cgi-bin/tags/delete": post(delete_tag),
    "/cgi-bin/tags/members/batchtagging": post(tag_many),
    "/cgi-bin/tags/members/batchuntagging": post(untag_many),
    "/cgi-bin/tags/getidlist": post(tags_of),
    "/cgi-bin/tags/members/getblacklist": post(blacklist),
    "/cgi-bin/tags/members/batchblacklist": post(ban),
    "/cgi-bin/tags/members/batchunblacklist": post(unban),
}

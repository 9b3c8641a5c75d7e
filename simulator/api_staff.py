"""Customer-service accounts, sessions and records (platform.md 6.5 and 6.6)."""

import re

from simulator import push
from simulator.api_call import OK, Answer, Asked, get, post, upload
from simulator.errors import Refusal
from simulator.state import Agent, Json, Session

_ACCOUNT = re.compile(r"\w{1,10}@\w+", re.ASCII)
MOST_ROWS, LONGEST_SPAN = 10_000, 86400


def _agent(asked: Asked, account: object) -> Agent:
    agent = asked.state.agents.get(str(account))
    if agent is None:
        raise Refusal(65401)
    return agent


def add(asked: Asked) -> Answer:
    account, nickname = asked.text("kf_account"), asked.text("nickname", "")
    if not _ACCOUNT.fullmatch(account):
        raise Refusal(65404)
    if not 1 <= len(nickname) <= 16:
        raise Refusal(65403)
    if account in asked.state.agents:
        raise Refusal(65406)
    asked.state.agents[account] = Agent(account, nickname, 1001 + len(asked.state.agents))
    return OK


def rename(asked: Asked) -> Answer:
    nickname = asked.text("nickname", "")
    if not 1 <= len(nickname) <= 16:
        raise Refusal(65403)
    _agent(asked, asked.body.get("kf_account")).nickname = nickname
    return OK


def remove(asked: Asked) -> Answer:
    account = asked.query.get("kf_account") or asked.body.get("kf_account")
    del asked.state.agents[_agent(asked, account).account]
    return OK


def invite(asked: Asked) -> Answer:
    """The invited person accepts at once."""
    _agent(asked, asked.body.get("kf_account")).bound_to = asked.text("invite_wx")
    return OK


def picture(asked: Asked) -> Answer:
    _agent(asked, asked.query.get("kf_account"))
    return OK


def list_all(asked: Asked) -> Answer:
    rows = [
        {"kf_account": each.account, "kf_nick": each.nickname, "kf_id": each.number, "kf_headimgurl": "",
         "kf_wx": each.bound_to}
        for each in asked.state.agents.values()
    ]  # fmt: skip
    return {"kf_list": rows}


def list_online(asked: Asked) -> Answer:
    sessions = list(asked.state.sessions.values())
    rows = [
        {"kf_account": each.account, "status": 1, "kf_id": each.number,
         "accepted_case": sum(session.account == each.account for session in sessions)}
        for each in asked.state.agents.values()
        if each.online
    ]  # fmt: skip
    return {"kf_online_list": rows}


def open_session(asked: Asked) -> Answer:
    person = asked.person(asked.body.get("openid"))
    agent = _agent(asked, asked.body.get("kf_account"))
    if not agent.bound_to:
        raise Refusal(65402)
    if not agent.online:
        raise Refusal(65415)
    running = asked.state.session_of(person.openid, asked.now)
    if running and running.account and running.account != agent.account:
        raise Refusal(65414)
    asked.state.sessions[person.openid] = Session(person.openid, agent.account, asked.now, asked.now)
    asked.state.record(person.openid, agent.account, 1000, "", asked.now)
    asked.world.later(asked.world.pushes.event(person.openid, "kf_create_session", push.agent(agent.account)))
    return OK


def close_session(asked: Asked) -> Answer:
    person = asked.person(asked.body.get("openid"))
    running = asked.state.session_of(person.openid, asked.now)
    if running is None or running.account != asked.body.get("kf_account"):
        raise Refusal(65413)
    del asked.state.sessions[person.openid]
    asked.state.record(person.openid, running.account, 1001, "", asked.now)
    asked.world.later(asked.world.pushes.event(person.openid, "kf_close_session", push.agent(running.account)))
    return OK


def session(asked: Asked) -> Answer:
    person = asked.person(asked.query.get("openid"))
    running = asked.state.session_of(person.openid, asked.now)
    if running is None or not running.account:
        return {"createtime": 0, "kf_account": ""}
    return {"createtime": int(running.since), "kf_account": running.account}


def sessions_of(asked: Asked) -> Answer:
    account = _agent(asked, asked.query.get("kf_account")).account
    alive = [asked.state.session_of(openid, asked.now) for openid in list(asked.state.sessions)]
    mine = [each for each in alive if each and each.account == account]
    return {"sessionlist": [{"createtime": int(each.since), "openid": each.openid} for each in mine]}


def waiting(asked: Asked) -> Answer:
    cases = [each for each in asked.state.sessions.values() if not each.account]
    rows: list[Json] = [{"latest_time": int(each.last), "openid": each.openid} for each in cases[:100]]
    return {"count": len(cases), "waitcaselist": rows}


def records(asked: Asked) -> Answer:
    """At most a day and 10 000 rows; `msgid` is where the next page begins."""
    start, end = asked.number("starttime"), asked.number("endtime")
    first, most = asked.number("msgid", 1), asked.number("number", MOST_ROWS)
    if end - start > LONGEST_SPAN:
        raise Refusal(65417)
    if end < start or not 1 <= most <= MOST_ROWS:
        raise Refusal(65416)
    rows = [row for row in asked.state.records if start <= row["time"] <= end][first - 1 : first - 1 + most]
    return {"recordlist": rows, "number": len(rows), "msgid": first + len(rows)}


CALLS = {
    "/customservice/kfaccount/add": post(add),
    "/customservice/kfaccount/update": post(rename),
    "/customservice/kfaccount/del": get(remove),
    "/customservice/kfaccount/inviteworker": post(invite),
    "/customservice/kfaccount/uploadheadimg": upload(picture),
    "/cgi-bin/customservice/getkflist": get(list_all),
    "/cgi-bin/customservice/getonlinekflist": get(list_online),
    "/customservice/kfsession/create": post(open_session),
    "/customservice/kfsession/close": post(close_session),
    "/customservice/kfsession/getsession": get(session),
    "/customservice/kfsession/getsessionlist": get(sessions_of),
    "/customservice/kfsession/getwaitcase": get(waiting),
    "/customservice/msgrecord/getmsglist": post(records),
}

"""Template messages and subscription notices (platform.md 7)."""

from simulator import push
from simulator.api_call import OK, Answer, Asked, get, post
from simulator.bubbles import from_template
from simulator.errors import Refusal
from simulator.fields import trouble_with
from simulator.people import Person
from simulator.state import Json, Sent, Template, fresh_id

ONCE_WITHIN = 600.0  # seconds in which the same client_msg_id is sent only once
MOST_TEMPLATES = 25


def _template(asked: Asked) -> Template:
    template = asked.state.templates.get(str(asked.body.get("template_id", "")))
    if template is None:
        raise Refusal(40037)
    return template


def _check_data(template: Template, data: Json) -> None:
    """47003 names the first field that is wrong, as the platform does."""
    for name in template.fields:
        holder = data.get(name)
        if not isinstance(holder, dict) or "value" not in holder:
            raise Refusal(47003, f"data.{name}.value is empty")
        trouble = trouble_with(name, holder["value"], template.presets.get(name, []))
        if trouble:
            raise Refusal(47003, f"data.{name}.value {trouble}")
    for name in data:
        if name not in template.fields:
            raise Refusal(47003, f"data.{name} is not in the template")


def _where(body: Json) -> str:
    """Where a notice leads; a mini-program wins over an address."""
    program = body.get("miniprogram")
    if isinstance(program, dict) and program.get("appid"):
        return f"weapp://{program['appid']}/{program.get('pagepath', '')}"
    return str(body.get("url") or body.get("page") or "")


def send(asked: Asked) -> Answer:
    """A template message: no consent is needed, the person may refuse them all."""
    person = asked.person(asked.body.get("touser"))
    template = _template(asked)
    if not person.follows:
        raise Refusal(43004)
    _check_data(template, asked.inner("data"))
    if person.refuses_templates:
        raise Refusal(43101)
    known = asked.state.client_ids.get((person.openid, asked.text("client_msg_id", "")))
    if asked.body.get("client_msg_id") and known and asked.now - known[0] < ONCE_WITHIN:
        return {**OK, "msgid": int(known[1])}
    number = str(asked.state.number())
    asked.state.client_ids[person.openid, asked.text("client_msg_id", "")] = (asked.now, number)
    status = asked.world.faults.template_result
    if status == "success":
        _show(asked, person, template, "template", number)
    done = asked.world.pushes.event(person.openid, "TEMPLATESENDJOBFINISH", push.job_result(number, status))
    asked.world.later(done)
    return {**OK, "msgid": int(number)}


def _show(asked: Asked, person: Person, template: Template, how: str, number: str) -> None:
    asked.state.sent.append(Sent(asked.now, how, person.openid, how, asked.body, number))
    bubble = from_template(template, asked.inner("data"), _where(asked.body), asked.now, how)
    asked.world.show(person.openid, bubble)


def send_notice(asked: Asked) -> Answer:
    """A subscription notice: spends one consent, or needs a long-term one; followers and others alike."""
    person = asked.person(asked.body.get("touser"))
    template = _template(asked)
    _check_data(template, asked.inner("data"))
    if template.template_id not in person.long_consents:
        if person.consents.get(template.template_id, 0) < 1:
            raise Refusal(43101)
        person.consents[template.template_id] -= 1
    number = str(asked.state.number())
    _show(asked, person, template, "subscribe", number)
    done = push.consent_sent(template.template_id, number)
    asked.world.later(asked.world.pushes.event(person.openid, "subscribe_msg_sent_event", done))
    return OK


def add(asked: Asked) -> Answer:
    """api_add_template: the simulator reads field types from the keywords, `thing1` or a plain word."""
    number, words = asked.text("template_id_short"), asked.items("keyword_name_list")
    if not words or not all(isinstance(word, str) for word in words):
        raise Refusal(40246)
    if len(asked.state.templates) >= MOST_TEMPLATES:
        raise Refusal(45009)
    fields = [word if word[-1:].isdigit() else f"thing{place}" for place, word in enumerate(words, 1)]
    template = Template(fresh_id(), f"模板 {number}", fields)
    asked.state.templates[template.template_id] = template
    return {**OK, "template_id": template.template_id}


def list_all(asked: Asked) -> Answer:
    rows = [
        {
            "template_id": each.template_id,
            "title": each.title,
            "primary_industry": "",
            "deputy_industry": "",
            "content": "\n".join("{{" + name + ".DATA}}" for name in each.fields),
            "example": "",
        }
        for each in asked.state.templates.values()
        if not each.consent
    ]
    return {"template_list": rows}


def remove(asked: Asked) -> Answer:
    if asked.state.templates.pop(asked.text("template_id"), None) is None:
        raise Refusal(40037)
    return OK


def add_notice(asked: Asked) -> Answer:
    """newtmpl/addtemplate: 2 to 5 keywords, a purpose of at most 15 characters."""
    keywords, purpose = asked.items("kidList"), asked.text("sceneDesc", "")
    if not 2 <= len(keywords) <= 5:
        raise Refusal(200020)
    if len(purpose) > 15:
        raise Refusal(200021)
    fields = [f"thing{place}" for place in range(1, len(keywords) + 1)]
    template = Template(fresh_id(), f"通知 {asked.body.get('tid', '')}", fields, consent=2)
    asked.state.templates[template.template_id] = template
    return {**OK, "priTmplId": template.template_id}


def list_notices(asked: Asked) -> Answer:
    rows = [
        {"priTmplId": each.template_id, "title": each.title, "type": each.consent, "content": "", "example": ""}
        for each in asked.state.templates.values()
        if each.consent
    ]
    return {**OK, "data": rows}


def remove_notice(asked: Asked) -> Answer:
    if asked.state.templates.pop(asked.text("priTmplId"), None) is None:
        raise Refusal(200014)
    return OK


def nothing_listed(_asked: Asked) -> Answer:
    """Catalogue calls: this account's catalogue is empty."""
    return {**OK, "count": 0, "data": []}


def nothing_blocked(_asked: Asked) -> Answer:
    return {**OK, "msginfo": []}


CALLS = {
    "/cgi-bin/message/template/send": post(send, fault="template_error", sends=True),
    "/cgi-bin/message/subscribe/bizsend": post(send_notice, fault="subscribe_error", sends=True),
    "/cgi-bin/template/api_add_template": post(add),
    "/cgi-bin/template/get_all_private_template": get(list_all),
    "/cgi-bin/template/del_private_template": post(remove),
    "/wxaapi/newtmpl/addtemplate": post(add_notice),
    "/wxaapi/newtmpl/gettemplate": get(list_notices),
    "/wxaapi/newtmpl/deltemplate": post(remove_notice),
    "/wxaapi/newtmpl/getcategory": get(nothing_listed),
    "/wxaapi/newtmpl/getpubtemplatetitles": get(nothing_listed),
    "/wxaapi/newtmpl/getpubtemplatekeywords": get(nothing_listed),
    "/wxa/sec/queryblocktmplmsg": post(nothing_blocked),
}

"""Temporary media and permanent material (platform.md 9.5), voice to text (9.8)."""

from urllib.parse import quote

from flask import Response

from simulator.api_call import OK, Answer, Asked, Call, get, post, upload
from simulator.errors import Refusal
from simulator.media import Media, kind_of_picture, kind_of_voice

MEGABYTE = 1024 * 1024
SIZES = {"image": 10 * MEGABYTE, "voice": 2 * MEGABYTE, "video": 10 * MEGABYTE, "thumb": 64 * 1024}


def _received(asked: Asked, kind: str) -> tuple[bytes, str, str]:
    """The uploaded file: its bytes, its name, its content type. The field is called `media`."""
    if kind not in SIZES:
        raise Refusal(40004)
    given = asked.files.get("media")
    if given is None or not given.filename:
        raise Refusal(41005)
    data = given.read()
    if not data:
        raise Refusal(44001)
    if len(data) > SIZES[kind]:
        raise Refusal(40009 if kind == "image" else 45001 if kind == "video" else 40006)
    form = _form(kind, data)
    if not form:
        raise Refusal(40005)
    return data, given.filename, form


def _form(kind: str, data: bytes) -> str:
    """The content type by the first bytes, for what this kind allows."""
    if kind == "voice":
        return kind_of_voice(data)
    if kind == "video":
        return "video/mp4" if data[4:8] == b"ftyp" else ""
    picture = kind_of_picture(data)
    return picture if kind == "image" or picture == "image/jpeg" else ""


def add(asked: Asked) -> Answer:
    kind = asked.query.get("type", "")
    data, name, form = _received(asked, kind)
    item = asked.state.media.put(kind, data, asked.now, name=name, form=form)
    named = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, named: item.media_id, "created_at": int(asked.now)}


def fetch(asked: Asked) -> Answer:
    media_id = asked.query.get("media_id", "")
    if not media_id:
        raise Refusal(41006)
    item = asked.state.media.get(media_id, asked.now)
    if item is None or asked.world.faults.media_expired:
        raise Refusal(40007)
    if item.kind == "video":
        return {"video_url": f"{asked.world.base_url}/mmbiz_video/{media_id}"}
    return _file(item)


def _file(item: Media) -> Response:
    answer = Response(item.data, mimetype=item.content_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(item.filename)}"
    return answer


def add_picture(asked: Asked) -> Answer:
    """media/uploadimg: a picture below 1 MB for use inside articles."""
    data, name, form = _received(asked, "image")
    if len(data) >= MEGABYTE or form == "image/gif":
        raise Refusal(40009)
    item = asked.state.media.put("image", data, asked.now, name=name, form=form, permanent=True)
    return {"url": f"http://mmbiz.qpic.cn/mmbiz/{item.media_id}/0"}


def add_permanent(asked: Asked) -> Answer:
    kind = asked.query.get("type", "") or asked.form.get("type", "")
    data, name, form = _received(asked, kind)
    item = asked.state.media.put(kind, data, asked.now, name=name, form=form, permanent=True)
    link = {"url": f"http://mmbiz.qpic.cn/mmbiz/{item.media_id}/0"} if kind == "image" else {}
    return {"media_id": item.media_id, **link}


def _material(asked: Asked) -> Media:
    item = asked.state.media.items.get(asked.text("media_id"))
    if item is None or item.dies is not None or asked.world.faults.media_expired:
        raise Refusal(40007)
    return item


def fetch_permanent(asked: Asked) -> Answer:
    return _file(_material(asked))


def delete_permanent(asked: Asked) -> Answer:
    asked.state.media.drop(_material(asked).media_id)
    return OK


def list_permanent(asked: Asked) -> Answer:
    kind, first, most = asked.text("type"), asked.number("offset", 0), asked.number("count", 20)
    if not 1 <= most <= 20:
        raise Refusal(40035)
    items = [each for each in asked.state.media.items.values() if each.dies is None and each.kind == kind]
    rows = [
        {"media_id": each.media_id, "name": each.filename, "update_time": int(each.born), "url": ""}
        for each in items[first : first + most]
    ]
    return {"total_count": len(items), "item_count": len(rows), "item": rows}


def count_permanent(asked: Asked) -> Answer:
    kinds = [each.kind for each in asked.state.media.items.values() if each.dies is None]
    return {f"{kind}_count": kinds.count(kind) for kind in ("voice", "video", "image")} | {"news_count": 0}


def hear(asked: Asked) -> Answer:
    """Voice to text accepts everything and, like the real one for most accounts, hears nothing."""
    if not asked.query.get("voice_id"):
        raise Refusal(40035)
    return OK


def heard(_asked: Asked) -> Answer:
    return {"result": "", "is_end": True}


CALLS: dict[str, Call] = {
    "/cgi-bin/media/upload": upload(add),
    "/cgi-bin/media/get": get(fetch),
    "/cgi-bin/media/get/jssdk": get(fetch),
    "/cgi-bin/media/uploadimg": upload(add_picture),
    "/cgi-bin/material/add_material": upload(add_permanent),
    "/cgi-bin/material/get_material": post(fetch_permanent),
    "/cgi-bin/material/del_material": post(delete_permanent),
    "/cgi-bin/material/batchget_material": post(list_permanent),
    "/cgi-bin/material/get_materialcount": get(count_permanent),
    "/cgi-bin/media/voice/addvoicetorecofortext": upload(hear),
    "/cgi-bin/media/voice/queryrecoresultfortext": upload(heard),
}

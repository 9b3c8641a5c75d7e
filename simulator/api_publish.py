"""Drafts and articles published without a push (platform.md 8.4 and 8.5)."""

from simulator import push
from simulator.api_call import OK, Answer, Asked, get, post
from simulator.errors import Refusal
from simulator.push import BROADCAST_SENDER
from simulator.state import Json, Publication, fresh_id

LIMITS = {"title": (32, 45003), "author": (16, 45110), "digest": (120, 45004)}


def _check(asked: Asked, article: object) -> Json:
    if not isinstance(article, dict):
        raise Refusal(47001)
    if not article.get("title"):
        raise Refusal(45003)
    for name, (longest, errcode) in LIMITS.items():
        if len(str(article.get(name, ""))) > longest:
            raise Refusal(errcode)
    content = article.get("content")
    if not isinstance(content, str) or not content or len(content) >= 20_000:
        raise Refusal(45166)
    if len(str(article.get("content_source_url", "")).encode()) > 1024:
        raise Refusal(41039)
    if article.get("article_type", "news") == "news" and not _permanent(asked, article.get("thumb_media_id")):
        raise Refusal(40007)
    return article


def _permanent(asked: Asked, media_id: object) -> bool:
    item = asked.state.media.items.get(str(media_id))
    return item is not None and item.dies is None and not asked.world.faults.media_expired


def add(asked: Asked) -> Answer:
    articles = [_check(asked, article) for article in asked.items("articles")]
    if not 1 <= len(articles) <= 8:
        raise Refusal(45008)
    media_id = fresh_id(64)
    asked.state.drafts[media_id] = articles
    return {"media_id": media_id}


def _draft(asked: Asked) -> list[Json]:
    articles = asked.state.drafts.get(asked.text("media_id"))
    if articles is None:
        raise Refusal(40007)
    return articles


def read(asked: Asked) -> Answer:
    return {"news_item": _draft(asked), "create_time": int(asked.now), "update_time": int(asked.now)}


def update(asked: Asked) -> Answer:
    articles, place = _draft(asked), asked.number("index", 0)
    if place not in range(len(articles)):
        raise Refusal(40114)
    articles[place] = _check(asked, asked.body.get("articles"))
    return OK


def delete(asked: Asked) -> Answer:
    _draft(asked)
    del asked.state.drafts[asked.text("media_id")]
    return OK


def count(asked: Asked) -> Answer:
    return {"total_count": len(asked.state.drafts)}


def _page(asked: Asked, rows: list[Json]) -> Answer:
    first, most = asked.number("offset", 0), asked.number("count", 20)
    if not 1 <= most <= 20:
        raise Refusal(40035)
    some = rows[first : first + most]
    return {"total_count": len(rows), "item_count": len(some), "item": some}


def list_drafts(asked: Asked) -> Answer:
    drafts = asked.state.drafts.items()
    return _page(asked, [{"media_id": media_id, "content": {"news_item": articles}} for media_id, articles in drafts])


def submit(asked: Asked) -> Answer:
    """Publish; the draft disappears, and the result comes by an event that can be lost."""
    articles = _draft(asked)
    number, article_id = str(asked.state.number()), fresh_id(44)
    url = f"http://mp.weixin.qq.com/s/{article_id[:22]}"
    asked.state.publications[number] = Publication(number, article_id, articles, 0, url, asked.now)
    del asked.state.drafts[asked.text("media_id")]
    done = push.publication_result(number, 0, article_id, url)
    asked.world.later(asked.world.pushes.event(BROADCAST_SENDER, "PUBLISHJOBFINISH", done))
    return {"errcode": 0, "errmsg": "ok", "publish_id": number, "msg_data_id": int(number)}


def status(asked: Asked) -> Answer:
    found = asked.state.publications.get(str(asked.body.get("publish_id", "")))
    if found is None:
        raise Refusal(40059)
    answer: Json = {"publish_id": found.publish_id, "publish_status": found.status, "fail_idx": []}
    if found.status == 0:
        detail = {"count": 1, "item": [{"idx": 1, "article_url": found.url}]}
        answer |= {"article_id": found.article_id, "article_detail": detail}
    return answer


def _by_article(asked: Asked) -> Publication:
    wanted = asked.text("article_id")
    found = next((each for each in asked.state.publications.values() if each.article_id == wanted), None)
    if found is None:
        raise Refusal(53600)
    return found


def withdraw(asked: Asked) -> Answer:
    _by_article(asked).status = 5
    return OK


def article(asked: Asked) -> Answer:
    return {"news_item": [{**each, "url": _by_article(asked).url} for each in _by_article(asked).articles]}


def list_published(asked: Asked) -> Answer:
    done = [each for each in asked.state.publications.values() if each.status == 0]
    return _page(asked, [{"article_id": each.article_id, "content": {"news_item": each.articles}} for each in done])


CALLS = {
    "/cgi-bin/draft/add": post(add),
    "/cgi-bin/draft/get": post(read),
    "/cgi-bin/draft/update": post(update),
    "/cgi-bin/draft/delete": post(delete),
    "/cgi-bin/draft/count": get(count),
    "/cgi-bin/draft/batchget": post(list_drafts),
    "/cgi-bin/freepublish/submit": post(submit),
    "/cgi-bin/freepublish/get": post(status),
    "/cgi-bin/freepublish/delete": post(withdraw),
    "/cgi-bin/freepublish/getarticle": post(article),
    "/cgi-bin/freepublish/batchget": post(list_published),
}

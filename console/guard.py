"""The gate before every view: declared or refused, signed in or sent to the sign-in page, allowed or noted."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request, url_for
from flask import redirect as to
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from console.cookies import token_of
from console.desk import Signed, desk, note_apart, now
from console.page import Need, is_open, need_of, render
from console.passwords import matches
from models.database import reading
from models.draft import Draft
from models.user import User
from models.user.authority import Actor
from models.user.sign_in import NOTE_EVERY, PROVED_FOR, SignIn

logger = logging.getLogger(__name__)

PASSWORD_AGAIN = "password_again"  # noqa: S105  the name of a field


def install(app: Flask) -> None:
    app.before_request(check)
    app.after_request(note_refusal)


def check() -> BaseResponse | str | tuple[str, int] | None:
    """Let the request through (None), or answer in its place."""
    if request.url_rule is None:
        return None  # Flask answers 404
    need = need_of(current_app.view_functions[request.endpoint or ""])
    if need is None:
        logger.error("view_without_need", extra={"endpoint": request.endpoint})
        abort(403)
    if is_open(need) and not request.path.startswith("/console"):
        return None
    if not all(str(name).isprintable() for name in (request.view_args or {}).values()):
        abort(404)  # no name of ours; PostgreSQL would not even look for a NUL
    g.now = desk().clock()
    if request.method == "POST" and not _from_our_pages():
        abort(403)
    found = _find(need)
    return None if is_open(need) else _admit(need, found)


def note_refusal(response: Response) -> Response:
    """Write down that somebody was turned away from a row: only now, since the refusal rolled its own trip back (R45).

    A page that asks by itself after a row was taken from it tries nothing.
    """
    need = need_of(current_app.view_functions.get(request.endpoint or ""))
    if "refused" in g and need is not None and not need.quiet:
        subject, wanted = g.refused
        note_apart("refused", subject, wanted)
    return response


def _admit(need: Need, found: Signed | None) -> BaseResponse | tuple[str, int] | None:
    if found is None:
        return _to_sign_in()
    if found.actor.needs_factor and not found.factor_shown and need.resource != "session":
        return to(url_for("sign_in.factor", next=_wanted()), 303)
    if not found.actor.may(need.resource, need.action):
        note_apart("refused", f"{need.resource}.{need.action}")
        abort(403)
    return _prove_again(found) if need.fresh else None


def _find(need: Need) -> Signed | None:
    """Who the cookie stands for, if that sign-in lives; its use is noted once a minute, a page's own calls never."""
    token = token_of(request)
    if not token:
        return None
    with desk().sessions(bind=reading(desk().engine)) as db:
        row = SignIn.of(db, token)
        owner = db.get(User, row.user_id) if row else None
        if row is None or owner is None:
            return None
        if not row.lives(owner, now=now()):
            g.over_for = owner.id
            return None
        g.signed = _signed(db, row, owner)
        g.epoch = owner.epoch
        stale = not need.quiet and now() - row.seen_at > NOTE_EVERY
    if stale:
        with desk().sessions.begin() as db:
            db.get_one(SignIn, g.signed.sign_in_id).seen_at = now()
    return g.signed  # type: ignore[no-any-return]


def _signed(db: Session, row: SignIn, owner: User) -> Signed:
    actor = Actor.of(db, owner, now=now())
    return Signed(
        owner.id, owner.name, owner.shown_as, actor, row.id, row.factor_at is not None, row.proved_at
    )  # fmt: skip


def _to_sign_in() -> BaseResponse:
    """Too long idle, or never signed in. What was typed is kept for whoever it belongs to (R33)."""
    words, place = request.form.get("words", ""), request.form.get("draft_at", "")[:80]
    if "over_for" in g and words and place:
        with desk().sessions.begin() as db:
            Draft.keep(db, g.over_for, place, words, now=now())
    if request.headers.get("HX-Request"):  # a fragment cannot show the sign-in page; the whole page goes there
        return Response("", 200, {"HX-Redirect": url_for("sign_in.form", next=_wanted())})
    return to(url_for("sign_in.form", next=_wanted()), 303)


def _wanted() -> str:
    """Where to go afterwards: a page, never an act."""
    return request.path if request.method == "GET" and not request.headers.get("HX-Request") else ""


def _from_our_pages() -> bool:
    """Whether a POST comes from a page of ours (R35), beside the form's own token.

    Newer browsers say so in Sec-Fetch-Site. Older ones name the origin, but call it "null" for pages that send no
    Referer, as ours do; then, and for tools that name nothing, the token alone decides.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin", "null")
    if origin == "null":
        return True
    ours = {urlsplit(desk().public_url).netloc}
    return urlsplit(origin).netloc in (ours | {request.host} if desk().trial else ours)


def _prove_again(found: Signed) -> tuple[str, int] | None:
    """A weighty act asks for the password once more when it was given long ago; the form is carried along (R36)."""
    if now() - found.proved_at < PROVED_FOR:
        return None
    given = request.form.get(PASSWORD_AGAIN, "")
    with desk().sessions.begin() as db:
        owner = db.get_one(User, found.user_id)
        if given and matches(owner, given):
            db.get_one(SignIn, found.sign_in_id).proved_at = now()
            return None
    carried = [(name, value) for name, value in request.form.items(multi=True) if name != PASSWORD_AGAIN]
    return render("sign_in/again.html", carried=carried, wrong=bool(given)), 422

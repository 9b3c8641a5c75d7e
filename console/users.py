"""Accounts: who works here, as what, for which station, until when. An admin asks for roles, a supervisor confirms."""

from __future__ import annotations

from flask import abort, flash, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import db, desk, note, now, seen, user
from console.page import Page, back_to, read_by_us, render
from handlers.kit.phrase import worded
from handlers.reception_words import ANOTHER_GOES_ON
from models.base import DomainError
from models.station import Station
from models.user import RoleGrant, User
from models.user.account_list import WHOLE_DISTRICT, accounts, asked, described
from models.user.accounts import (
    GRANT,
    RESET_FACTOR,
    BadAccount,
    disable,
    end_role,
    invite,
    open_account,
    propose_factor_reset,
    propose_role,
    station_of,
)
from models.user.authority import ROLES
from models.user.sign_in import SignInTry
from models.wording import Wording

PAGE = Page("users", menu="人员", first="listing")
LEAST_REASON = 6
Answer = Response | tuple[str, int]


@PAGE.get("/users", "user", "list")
def listing() -> str:
    answers = Answers()
    named, closed = answers["named"].strip()[:20], answers.checked("closed")
    found = accounts(db(), now=now(), named=named, closed=closed)
    read_by_us("user", "list", "users")
    return render("users/list.html", accounts=found, answers=answers, closed=closed)


@PAGE.get("/user-entry", "user", "create")
def blank() -> str:
    return _entry(Answers())


@PAGE.post("/users", "user", "create", fresh=True)
def create() -> str | Answer:
    """Open an account, ask for its first role, and show its one-time link once."""
    answers = Answers()
    role = answers.choice("role", "岗位", ROLES)
    reason = answers.text("reason", "原因", least=LEAST_REASON, most=200)
    same = User.named(db(), answers["same_person"].strip()) if answers["same_person"].strip() else None
    if same is None and answers["same_person"].strip():
        answers.faults["same_person"] = "没有这个登录名"
    if not answers.ok:
        return _entry(answers), 422
    try:
        with db().begin_nested():
            made = open_account(db(), answers["name"], shown_as=answers["shown_as"], same_person=same)
            station = station_of(db(), answers["station"])
            propose_role(db(), made, role, station, reason, by=user(), now=now())
    except DomainError as refused:
        answers.faults["name" if isinstance(refused, BadAccount) else "role"] = str(refused)
        return _entry(answers), 422
    link = _link(made)
    note("user.create", f"user {made.id}", role)
    return render("users/link.html", account=made, link=link, asked_for=ROLES[role])


@PAGE.get("/users/<uid>", "user", "list")
def one(uid: str) -> str:
    return _shown(seen(User, uid, "user", "list"), Answers())


@PAGE.post("/users/<uid>/roles", "user", "grant_role", fresh=True)
def ask_role(uid: str) -> Answer:
    """It works once a supervisor has confirmed it (S8)."""
    found, answers = seen(User, uid, "user", "grant_role"), Answers()
    role = answers.choice("role", "岗位", ROLES)
    reason = answers.text("reason", "原因", least=LEAST_REASON, most=200)
    try:
        if answers.ok:
            propose_role(db(), found, role, station_of(db(), answers["station"]), reason, by=user(), now=now())
    except DomainError as refused:
        answers.faults["role"] = str(refused)
    if not answers.ok:
        return _shown(found, answers), 422
    flash(f"交上去了。负责人确认以后，{found.shown_as}就是{ROLES[role]}；24 小时内没确认，要重新提。")
    note("user.grant_role", f"user {found.id}", role)
    return back_to("users.one", uid=uid)


@PAGE.post("/users/<uid>/ended-roles", "user", "disable", fresh=True)
def take_role(uid: str) -> Response:
    """Rights are taken away at once, without a second person."""
    found, answers = seen(User, uid, "user", "disable"), Answers()
    grant = db().get(RoleGrant, answers.number("grant", "岗位", least=0, most=999_999_999))
    if grant is None or grant.user_id != found.id:
        abort(404)
    talks = end_role(db(), found, grant, now=now(), words=_going_on())
    flash(f"{found.shown_as}不再是{ROLES.get(grant.role, grant.role)}了。{_given_up(talks)}")
    note("user.end_role", f"user {found.id}", grant.role)
    return back_to("users.one", uid=uid)


@PAGE.post("/users/<uid>/closure", "user", "disable", fresh=True)
def close(uid: str) -> Answer:
    """For good, so the sign-in name is written once more: a slip of the finger closes nothing."""
    found, answers = seen(User, uid, "user", "disable"), Answers()
    if answers["typed"].strip() != found.name:
        answers.faults["typed"] = f"要停用，请写上登录名 {found.name}"
        return _shown(found, answers), 422
    talks = disable(db(), found, now=now(), words=_going_on())
    flash(f"{found.shown_as}的账号停用了，所有地方都已退出。{_given_up(talks)}")
    note("user.disable", f"user {found.id}")
    return back_to("users.listing")


@PAGE.post("/users/<uid>/password", "user", "reset_password", fresh=True)
def reset_password(uid: str) -> str:
    """A new one-time link; the old password and every open sign-in end now, and a lock-out with them."""
    found = seen(User, uid, "user", "reset_password")
    link = _link(found)
    SignInTry.forgive(db(), account=found.name)
    note("user.reset_password", f"user {found.id}")
    return render("users/link.html", account=found, link=link, asked_for="")


@PAGE.post("/users/<uid>/factor", "user", "reset_2fa", fresh=True)
def ask_factor_reset(uid: str) -> Answer:
    found, answers = seen(User, uid, "user", "reset_2fa"), Answers()
    reason = answers.text("factor_reason", "原因", least=LEAST_REASON, most=200)
    if not answers.ok:
        return _shown(found, answers), 422
    propose_factor_reset(db(), found, reason, by=user(), now=now())
    flash("交上去了。负责人确认以后，下次登录重新绑定手机。")
    note("user.reset_2fa", f"user {found.id}")
    return back_to("users.one", uid=uid)


def stations_to_choose() -> list[tuple[str, str]]:
    rows = db().execute(select(Station.code, Station.name).where(Station.closed.is_(False)).order_by(Station.code))
    return [("", WHOLE_DISTRICT), *((code, name) for code, name in rows)]


def _entry(answers: Answers) -> str:
    return render("users/entry.html", answers=answers, roles=_roles(), stations=stations_to_choose())


def _shown(found: User, answers: Answers) -> str:
    waiting = [each for each in asked(db(), (GRANT, RESET_FACTOR), now=now()) if each.content["user"] == found.uid]
    return render(
        "users/one.html",
        account=described(db(), [found], now=now())[0],
        answers=answers,
        roles=_roles(),
        stations=stations_to_choose(),
        waiting=waiting,
    )


def _roles() -> list[tuple[str, str]]:
    return [("", "请选"), *ROLES.items()]


def _link(account: User) -> str:
    return f"{desk().public_url}{url_for('account.setup', token=invite(account, now=now()))}"


def _going_on() -> str:
    return worded([ANOTHER_GOES_ON()], Wording.live(db()))


def _given_up(talks: int) -> str:
    return f"手上的 {talks} 个对话回到了接待队列最前面。" if talks else ""

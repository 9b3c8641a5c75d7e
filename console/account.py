"""One's own account: password, second factor, and the link that sets up a new one."""

from __future__ import annotations

import datetime as dt

from flask import abort, make_response, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from console.answers import Answers
from console.cookies import give_token, take_token
from console.desk import db, note, now, sign_in, signed, user
from console.page import Page, back_to, render
from console.passwords import fault_in, hashed, matches
from console.scan_code import drawn
from models.user import User
from models.user.factor import address_of, enrol, new_seed
from models.user.sign_in import SignIn, hash_of

PAGE = Page("account")


@PAGE.get("/account", "session", "own_log")
def mine() -> str:
    return render("account/mine.html", answers=Answers(), account=user())


@PAGE.post("/account/password", "session", "own_log")
def change_password() -> Response | tuple[str, int]:
    """The old one, the new one twice; every open sign-in of the account is over then (R33)."""
    answers, ours = Answers(), user()
    if not matches(ours, answers["old"]):
        answers.faults["old"] = "现在的密码不对"
    _check_new(answers, name=ours.name)
    if not answers.ok:
        return render("account/mine.html", answers=answers, account=ours), 422
    ours.password_hash = hashed(answers["new"])
    ours.end_sign_ins()
    note("session.password", f"user {ours.id}")
    response = redirect(url_for("sign_in.form"), 303)
    take_token(response)
    return response


@PAGE.get("/account/second-factor", "session", "enrol_2fa")
def enrolment() -> str:
    """Bind an app. Who has one bound shows its code first, so that a stolen password cannot replace it."""
    if user().totp_sealed is not None and not signed().factor_shown:
        abort(403)
    return _offer(new_seed())


@PAGE.post("/account/second-factor", "session", "enrol_2fa", fresh=True)
def bind() -> Response | tuple[str, int]:
    ours, answers = user(), Answers()
    if ours.totp_sealed is not None and not signed().factor_shown:
        abort(403)
    codes = enrol(db(), ours, answers["seed"][:64], answers["code"].strip(), now=now())
    if codes is None:
        answers.faults["code"] = "这 6 位数字不对，或者刚好过了时间。看一眼手机，再输一次"
        return _offer(answers["seed"][:64], answers), 422
    row = sign_in()
    row.epoch, row.factor_at = ours.epoch, now()
    note("session.enrol_2fa", f"user {ours.id}")
    response = make_response(render("account/codes.html", codes=codes))
    give_token(response, row.renew(), seconds=seconds_left(row, now=now()))
    return response


@PAGE.get("/setup/<token>", "page", "sign_in")
def setup(token: str) -> str:
    """The one-time link of a new account; looking at it uses nothing up, since chats fetch links by themselves."""
    return render("account/setup.html", answers=Answers(), account=_new_account(token), token=token)


@PAGE.post("/setup/<token>", "page", "sign_in")
def set_up(token: str) -> Response | tuple[str, int]:
    answers, account = Answers(), _new_account(token)
    _check_new(answers, name=account.name)
    if not answers.ok:
        return render("account/setup.html", answers=answers, account=account, token=token), 422
    account.password_hash = hashed(answers["new"])
    account.setup_hash = account.setup_until = None
    account.end_sign_ins()
    return back_to("sign_in.form")


def _new_account(token: str) -> User:
    found = db().scalars(select(User).where(User.setup_hash == hash_of(token))).first()
    if found is None or found.setup_until is None or found.setup_until <= now() or found.disabled_at is not None:
        abort(410)
    return found


def _check_new(answers: Answers, *, name: str) -> None:
    fault = fault_in(answers["new"], name=name)
    if fault:
        answers.faults["new"] = fault
    elif answers["new"] != answers["again"]:
        answers.faults["again"] = "两次写的不一样"


def seconds_left(row: SignIn, *, now: dt.datetime) -> int | None:
    """How long a browser keeps its token: on one's own device as long as the sign-in lasts, else until it is closed."""
    return int((row.ends_at - now).total_seconds()) if row.own_device else None


def _offer(seed: str, answers: Answers | None = None) -> str:
    return render(
        "account/factor.html",
        answers=answers or Answers(),
        seed=seed,
        drawing=drawn(address_of(user(), seed)),
        wanted=request.values.get("next", ""),
    )

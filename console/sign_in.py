"""Signing in and out: a name, a password, a second factor where the role asks for one."""

from __future__ import annotations

import re

from flask import Request, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from console.answers import Answers
from console.cookies import give_size, give_token, size_of, take_token, token_of
from console.desk import db, desk, note, now, sign_in, signed, user
from console.page import Page, back_to, render
from console.passwords import matches
from models.user import User
from models.user.authority import ON_OWN_DEVICE, Actor
from models.user.factor import code_at, shows
from models.user.sign_in import OWN_DEVICE, SignIn, SignInTry

PAGE = Page("sign_in")
DEMO = "demo-"  # accounts of the demonstration begin so; their codes are shown where no real data can be
LOOPBACK = frozenset({"127.0.0.1", "::1"})
_NEXT = re.compile(r"/|(?:/[A-Za-z0-9_-]{1,64}){1,8}/?")  # R22: a page of ours, nothing that could lead elsewhere


@PAGE.get("/sign-in", "page", "sign_in")
def form() -> str | Response:
    if "signed" in g:
        return redirect(_next(), 303)
    return render("sign_in/form.html", answers=Answers(), wanted=_next(), expired="over_for" in g)


@PAGE.post("/sign-in", "page", "sign_in")
def enter() -> Response | tuple[str, int]:
    """One wording for every reason, and the same time for an account that does not exist (R28, R29)."""
    answers = Answers()
    name, network = answers["name"].strip()[:40], network_of(request)
    locked = SignInTry.locked(db(), account=name, network=network, now=now())
    found = User.named(db(), name)
    if not matches(found, answers["password"]) or locked or found is None or found.disabled_at is not None:
        if not locked:
            SignInTry.note(db(), account=name, network=network, now=now())
        locked = locked or SignInTry.locked(db(), account=name, network=network, now=now())
        return render("sign_in/form.html", answers=answers, wanted=_next(), wrong=True, locked=locked), 422
    SignInTry.forgive(db(), account=name)
    actor = Actor.of(db(), found, now=now())
    own_device = answers.checked("own_device") and bool(actor.roles) and actor.roles <= ON_OWN_DEVICE
    _, token = SignIn.begin(db(), found, own_device=own_device, now=now())
    after = url_for("sign_in.factor", next=_next()) if actor.needs_factor else _next()
    response = redirect(after, 303)
    give_token(response, token, seconds=int(OWN_DEVICE.total_seconds()) if own_device else None)
    return response


@PAGE.get("/factor", "session", "enrol_2fa")
def factor() -> str | Response:
    if signed().factor_shown:
        return redirect(_next(), 303)
    if user().totp_sealed is None:
        return redirect(url_for("account.enrolment", next=_next()), 303)
    return render("sign_in/factor.html", answers=Answers(), wanted=_next(), shown=_shown_code())


@PAGE.post("/factor", "session", "enrol_2fa")
def show_factor() -> Response | tuple[str, int]:
    ours, network = user(), network_of(request)
    locked = SignInTry.locked(db(), account=f"factor {ours.name}", network=network, now=now())
    if locked or not shows(db(), ours, Answers()["code"], now=now()):
        SignInTry.note(db(), account=f"factor {ours.name}", network=network, now=now())
        answers = Answers()
        return render("sign_in/factor.html", answers=answers, wanted=_next(), wrong=True, locked=locked), 422
    row = sign_in()
    row.factor_at = row.proved_at = now()
    response = redirect(_next(), 303)
    give_token(response, row.renew(), seconds=None)
    note("session.sign_in", f"user {ours.id}")
    return response


@PAGE.post("/sign-out", "session", "sign_out")
def leave() -> Response:
    sign_in().end(now=now())
    response = back_to("sign_in.form")
    take_token(response)
    return response


@PAGE.post("/sign-out-everywhere", "session", "sign_out_everywhere")
def leave_everywhere() -> Response:
    user().end_sign_ins()
    note("session.sign_out_everywhere", f"user {signed().user_id}")
    response = back_to("sign_in.form")
    take_token(response)
    return response


@PAGE.post("/text-size", "page", "help")
def choose_size() -> Response:
    """Somebody's eyes, kept by the browser for a year."""
    response = make_response(redirect(_next(), 303))
    give_size(response, Answers()["size"])
    return response


def network_of(request: Request) -> str:
    """Whom a try comes from. The proxy on this very machine is believed when it names somebody, nobody else is: behind
    it all would be one network, and twenty slips of all would shut out everybody (R29)."""
    nearest, told = request.remote_addr or "", request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return told[:45] if told and nearest in LOOPBACK else nearest


def _next() -> str:
    wanted = request.values.get("next", "")
    return wanted if _NEXT.fullmatch(wanted) and wanted != "/" else url_for("home.home")


def _shown_code() -> str:
    """In a trial, the code of an account of the demonstration: nobody has bound a phone to it."""
    ours = user()
    return code_at(ours.totp, now()) if desk().trial and ours.name.startswith(DEMO) else ""


def current_size() -> str:
    return size_of(request)


def is_signed_in() -> bool:
    return bool(token_of(request)) and "signed" in g

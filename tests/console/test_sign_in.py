"""Signing in: name, password, second factor, lock-out, and every way a sign-in ends (R28–R36)."""

import datetime as dt
import re

import pyotp
import pytest
from sqlalchemy import select

from console.sign_in import network_of
from models.audit import AuditEntry
from models.user import User
from models.user.sign_in import RecoveryCode, SignIn
from tests.console.browser import PASSWORD, SEED

MINUTE = dt.timedelta(minutes=1)


def test_without_a_sign_in_every_page_leads_to_the_sign_in_page(browser):
    answer = browser().opens("/console/account")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/sign-in?next=/console/account")


def test_a_volunteer_signs_in_with_name_and_password(browser, hire):
    ours = browser()
    answer = ours.signs_in(hire("小陈", "volunteer"))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")
    assert "小陈，您好" in ours.opens("/console/").text


def test_who_reads_cases_shows_a_second_factor(browser, hire):
    ours, name = browser(), hire("王姐", "staff")
    answer = ours.signs_in(name, factor=False)
    assert "/console/factor" in answer.headers["Location"]
    assert "/console/factor" in ours.opens("/console/").headers.get("Location", "/console/factor")
    ours.opens("/console/factor")
    assert ours.sends("/console/factor", code="000000").status_code == 422


def test_a_code_works_once(browser, hire, clock):
    name = hire("王姐", "staff")
    browser().signs_in(name)
    again = browser()
    again.signs_in(name, factor=False)
    again.opens("/console/factor")
    assert again.sends("/console/factor", code=pyotp.TOTP(SEED).at(clock())).status_code == 422
    clock.passes(MINUTE)
    assert again.sends("/console/factor", code=pyotp.TOTP(SEED).at(clock())).status_code == 303


def test_the_token_before_the_second_factor_is_worth_nothing_after_it(browser, hire, clock):
    ours = browser()
    ours.signs_in(hire("王姐", "staff"), factor=False)
    before = ours.cookie("desk")
    ours.opens("/console/factor")
    ours.sends("/console/factor", code=pyotp.TOTP(SEED).at(clock()))
    assert ours.cookie("desk") not in ("", before)


def test_five_wrong_tries_lock_even_the_right_password_but_no_open_sign_in(browser, hire, clock):
    name = hire("小陈", "volunteer")
    sitting, stranger = browser(), browser()
    sitting.signs_in(name)
    for _ in range(5):
        assert stranger.signs_in(name, password="geraten und falsch").status_code == 422
    assert "10 分钟" in stranger.reads()
    assert stranger.signs_in(name).status_code == 422
    assert sitting.opens("/console/").status_code == 200
    clock.passes(11 * MINUTE)
    assert stranger.signs_in(name).status_code == 303


def test_one_wording_for_a_wrong_password_and_for_nobody(browser, hire):
    hire("小陈", "volunteer", name="chen")
    wrong, nobody = browser(), browser()
    wrong.signs_in("chen", password="geraten und falsch")
    nobody.signs_in("nobody", password="geraten und falsch")
    assert wrong.reads().replace("chen", "") == nobody.reads().replace("nobody", "")


def test_an_idle_sign_in_is_over_after_half_an_hour(signed_in, clock):
    ours = signed_in("volunteer")
    clock.passes(29 * MINUTE)
    assert ours.opens("/console/account").status_code == 200
    clock.passes(29 * MINUTE)
    assert ours.opens("/console/account").status_code == 200
    clock.passes(31 * MINUTE)
    assert ours.opens("/console/account").status_code == 303


def test_what_a_page_asks_by_itself_keeps_no_sign_in_alive(signed_in, clock):
    ours = signed_in("volunteer")
    for _ in range(4):
        clock.passes(10 * MINUTE)
        ours.opens("/console/live")
    assert ours.opens("/console/account").status_code == 303


def test_signing_out_ends_this_browser_and_everywhere_ends_all(browser, hire):
    name = hire("小陈", "volunteer")
    one, two = browser(), browser()
    one.signs_in(name)
    two.signs_in(name)
    one.opens("/console/account")
    one.sends("/console/sign-out")
    assert one.opens("/console/account").status_code == 303
    assert two.opens("/console/account").status_code == 200
    two.sends("/console/sign-out-everywhere")
    assert two.opens("/console/account").status_code == 303


def test_a_new_password_ends_every_sign_in(browser, hire):
    name, ours = hire("小陈", "volunteer"), browser()
    ours.signs_in(name)
    ours.opens("/console/account")
    answer = ours.sends("/console/account/password", old="falsch", new="1234567890", again="1234567890")
    assert answer.status_code == 422
    assert "太容易猜" in ours.reads()
    assert "现在的密码不对" in ours.reads()
    new = "lange genug und neu"
    assert (
        ours.sends("/console/account/password", old="ein guter Satz für Tests", new=new, again=new).status_code == 303
    )
    assert ours.opens("/console/account").status_code == 303
    assert ours.signs_in(name, password=new).status_code == 303


def test_a_disabled_account_is_out_at_once(signed_in, sessions, clock):
    ours = signed_in("volunteer", name="chen")
    with sessions.begin() as db:
        User.named(db, "chen").disabled_at = clock()
    assert ours.opens("/console/account").status_code == 303


def test_the_database_holds_no_token(signed_in, sessions):
    ours = signed_in("volunteer")
    with sessions.begin() as db:
        assert ours.cookie("desk") not in [row.token_hash for row in db.scalars(select(SignIn))]


def test_a_role_that_ended_is_refused_and_noted(signed_in, sessions, clock):
    ours = signed_in("volunteer", name="chen")
    with sessions.begin() as db:
        for grant in User.named(db, "chen").grants(db, now=clock()):
            grant.ended_at = clock()
    assert ours.opens("/console/account").status_code == 403
    with sessions.begin() as db:
        assert db.scalars(select(AuditEntry).where(AuditEntry.act == "refused")).one().subject == "session.own_log"


def test_a_form_of_another_site_is_refused(signed_in):
    ours = signed_in("volunteer")
    ours.opens("/console/account")
    assert ours.forges("/console/sign-out-everywhere", Origin="https://evil.example").status_code == 403
    assert ours.forges("/console/sign-out-everywhere", Sec_Fetch_Site="cross-site").status_code == 403
    assert ours.forges("/console/sign-out-everywhere", with_keys=False).status_code == 400
    assert ours.opens("/console/account").status_code == 200


def test_where_to_go_afterwards_is_a_page_of_ours(browser, hire):
    name = hire("小陈", "volunteer")
    for wanted in ("//evil", "/\\evil", "https:evil", "http:///evil", "/\t/evil", "/console/\r\nx"):
        ours = browser()
        ours.opens("/console/sign-in")
        answer = ours.sends("/console/sign-in", name=name, password="ein guter Satz für Tests", next=wanted)
        assert answer.headers["Location"] == "/console/"


def test_a_cookie_from_before_the_sign_in_is_worth_nothing(browser, hire):
    ours = browser()
    ours.plants("desk", "planted")
    ours.signs_in(hire("小陈", "volunteer"))
    assert ours.cookie("desk") not in ("", "planted")


def test_every_cookie_is_closed_to_scripts_and_other_sites(browser, hire):
    ours, name = browser(), hire("小陈", "volunteer")
    cookies = ours.opens("/console/sign-in").headers.getlist("Set-Cookie")
    cookies += ours.signs_in(name).headers.getlist("Set-Cookie")
    assert len(cookies) >= 2
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


@pytest.mark.parametrize(
    ("nearest", "told", "network"),
    [
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.7", "10.0.0.7"),
        ("::1", "6.6.6.6, 10.0.0.7", "10.0.0.7"),  # what somebody claims stands before what our proxy saw
        ("10.0.0.9", "10.0.0.7", "10.0.0.9"),  # no proxy of ours
    ],
)
def test_only_the_proxy_beside_us_is_believed(app, nearest, told, network):
    with app.test_request_context(environ_base={"REMOTE_ADDR": nearest}, headers={"X-Forwarded-For": told}) as context:
        assert network_of(context.request) == network


def test_binding_an_app_makes_the_old_token_worth_nothing(browser, hire, sessions, clock):
    name = hire("小陈", "volunteer")
    with sessions.begin() as db:
        db.query(User).filter_by(name=name).one().totp_sealed = None
    ours = browser()
    ours.signs_in(name)
    before = ours.cookie("desk")
    ours.opens("/console/account/second-factor")
    seed = re.search(r'name="seed" value="([A-Z2-7]+)"', ours.page.text)[1]
    ours.sends("/console/account/second-factor", seed=seed, code=pyotp.TOTP(seed).at(clock()))
    assert ours.page.status_code == 200
    assert ours.cookie("desk") != before
    assert ours.opens("/console/account").status_code == 200


def binds_another(browser, clock, **fields):
    """Send the form that binds another app, as the page offers it."""
    browser.opens("/console/account/second-factor")
    seed = re.search(r'name="seed" value="([A-Z2-7]+)"', browser.page.text)[1]
    code = pyotp.TOTP(seed).at(clock())
    return browser.sends("/console/account/second-factor", seed=seed, code=code, **fields)


def test_another_app_is_bound_only_by_who_knows_the_password(signed_in, sessions, clock):
    ours = signed_in("staff", name="wang")
    clock.passes(6 * MINUTE)
    assert binds_another(ours, clock).status_code == 422
    assert "请再输一次密码" in ours.reads()
    assert binds_another(ours, clock, password_again="geraten und falsch").status_code == 422
    with sessions.begin() as db:
        assert User.named(db, "wang").totp == SEED, "an open browser is not enough"
    assert binds_another(ours, clock, password_again=PASSWORD).status_code == 200
    assert "绑定好了" in ours.reads()
    with sessions.begin() as db:
        assert User.named(db, "wang").totp != SEED


def paper_codes(browser):
    return re.findall(r"\d{5}-\d{5}", browser.page.text)


def shows(browser, name, code):
    """How the second factor was answered in a browser that knows the password."""
    browser.signs_in(name, factor=False)
    browser.opens("/console/factor")
    return browser.sends("/console/factor", code=code).status_code


def test_ten_codes_on_paper_open_the_door_once_each_when_the_phone_is_lost(signed_in, browser, clock):
    ours = signed_in("staff", name="wang")
    assert binds_another(ours, clock).status_code == 200
    codes = paper_codes(ours)
    assert len(set(codes)) == 10
    assert shows(browser(), "wang", codes[0]) == 303
    assert shows(browser(), "wang", codes[0]) == 422, "used up"
    assert shows(browser(), "wang", f" {codes[1]} ") == 303, "as people type from paper"
    assert shows(browser(), "wang", "00000-00000") == 422


def test_codes_of_an_app_that_was_replaced_open_nothing(signed_in, browser, clock):
    ours = signed_in("staff", name="wang")
    binds_another(ours, clock)
    old = paper_codes(ours)[0]
    clock.passes(MINUTE)
    binds_another(ours, clock)
    assert paper_codes(ours)
    assert old not in paper_codes(ours)
    assert shows(browser(), "wang", old) == 422


def test_nobody_gets_in_by_a_colleagues_paper(signed_in, browser, hire, clock):
    ours = signed_in("staff", name="wang")
    binds_another(ours, clock)
    assert shows(browser(), hire("老赵", "staff", name="zhao"), paper_codes(ours)[0]) == 422


def test_the_database_holds_no_code_of_the_paper(signed_in, sessions, clock):
    ours = signed_in("staff", name="wang")
    binds_another(ours, clock)
    with sessions.begin() as db:
        kept = set(db.scalars(select(RecoveryCode.code_index)))
    assert len(kept) == 10
    assert not kept & set(paper_codes(ours))

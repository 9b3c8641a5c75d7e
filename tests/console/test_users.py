"""Accounts: an admin asks, a supervisor confirms; nobody helps themselves, and nobody leaves a role empty (S1-S8)."""

import datetime as dt
import re
import threading

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from models.approval import Approval
from models.audit import AuditEntry
from models.draft import Draft
from models.reception import ReceptionTicket
from models.reception.note import CannedReply
from models.user import RoleGrant, User
from models.user.accounts import LastOne, disable
from models.user.sign_in import SignIn
from tests.console.browser import SEED
from tests.console.office_life import somebody, waits
from tests.models.room import told

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
PASSWORD = "lange genug und neu"


@pytest.fixture
def admin(signed_in):
    return signed_in("admin", shown_as="李科", name="like")


@pytest.fixture
def supervisor(signed_in):
    return signed_in("supervisor", shown_as="张主任", name="zhang")


def uid_of(sessions, name):
    with sessions.begin() as db:
        return User.named(db, name).uid


def roles_of(sessions, name, clock):
    with sessions.begin() as db:
        return [grant.role for grant in User.named(db, name).grants(db, now=clock())]


def makes_account(admin, **changes):
    fields = {"shown_as": "何敏", "name": "hemin", "role": "staff", "station": "", "reason": "新来的工作人员"}
    admin.opens("/console/user-entry")
    return admin.sends("/console/users", **(fields | changes))


def asks_role(admin, sessions, name, role, reason="接替调走的同事", **more):
    uid = uid_of(sessions, name)
    admin.opens(f"/console/users/{uid}")
    return admin.sends(f"/console/users/{uid}/roles", role=role, reason=reason, station=more.get("station", ""))


def decides(supervisor, kind, decision="agree", **more):
    page = supervisor.opens("/console/confirmations").text
    uid = re.search(r'name="uid" value="([^"]+)"', page)
    digest = re.search(r'name="digest" value="([^"]+)"', page)
    assert uid, "nothing waits for this supervisor"
    fields = {"uid": uid[1], "digest": digest[1], "decision": decision}
    return supervisor.sends(f"/console/confirmations/{kind}", **(fields | more))


def link_on(answer):
    return re.search(r'id="link">([^<]+)<', answer.text)[1]


def closes(admin, sessions, name):
    uid = uid_of(sessions, name)
    admin.opens(f"/console/users/{uid}")
    return admin.sends(f"/console/users/{uid}/closure", typed=name)


def test_a_new_colleague_sets_a_password_and_works_once_a_supervisor_agrees(
    admin, supervisor, browser, sessions, clock
):
    answer = makes_account(admin, role="volunteer")
    assert answer.status_code == 200
    link = link_on(answer)
    assert link.startswith("https://door.example/console/setup/")
    he = browser()
    he.opens(link.removeprefix("https://door.example"))
    assert he.sends(link.removeprefix("https://door.example"), new=PASSWORD, again=PASSWORD).status_code == 303
    he.signs_in("hemin", password=PASSWORD)
    assert he.opens("/console/reception").status_code == 403, "nobody has agreed to the role yet"
    assert decides(supervisor, "roles").status_code == 303
    assert roles_of(sessions, "hemin", clock) == ["volunteer"]
    he.signs_in("hemin", password=PASSWORD)
    assert he.opens("/console/reception").status_code == 200


def test_the_link_is_shown_once_works_once_and_is_not_in_the_database(admin, browser, sessions):
    link = link_on(makes_account(admin)).removeprefix("https://door.example")
    token = link.rsplit("/", 1)[1]
    assert token not in admin.opens(f"/console/users/{uid_of(sessions, 'hemin')}").text
    with sessions.begin() as db:
        assert User.named(db, "hemin").setup_hash not in (None, token)
    one, late = browser(), browser()
    one.opens(link)
    one.sends(link, new=PASSWORD, again=PASSWORD)
    assert late.opens(link).status_code == 410


def test_a_link_is_dead_after_two_days(admin, browser, clock):
    link = link_on(makes_account(admin)).removeprefix("https://door.example")
    clock.passes(2 * DAY + MINUTE)
    assert browser().opens(link).status_code == 410


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "like"}, "已经有人用了"),
        ({"name": "he min"}, "中间不空格"),
        ({"shown_as": ""}, "姓名最多 20 个字"),
        ({"role": "boss"}, "请选岗位"),
        ({"reason": "新"}, "至少写 6 个字"),
        ({"same_person": "nobody"}, "没有这个登录名"),
        ({"same_person": "like"}, "李科"),  # an admin is nothing else, from no account (S1)
    ],
)
def test_what_cannot_be_an_account_is_said_and_nothing_is_made(admin, sessions, changes, said):
    answer = makes_account(admin, **changes)
    if changes.get("same_person") == "like":
        assert "不能同时是工作人员" in answer.text
    else:
        assert said in admin.reads()
    assert answer.status_code == 422
    with sessions.begin() as db:
        assert User.named(db, "hemin") is None
        assert db.scalars(select(Approval)).all() == []


def test_an_admin_who_gives_himself_a_role_is_refused(admin, sessions):
    """C27: it would need a supervisor, and is exclusive besides."""
    for role in ("staff", "supervisor", "discipline"):
        answer = asks_role(admin, sessions, "like", role)
        assert answer.status_code == 422
        assert "李科是管理员，不能同时是" in admin.reads()
    with sessions.begin() as db:
        assert db.scalars(select(Approval)).all() == []


def test_whoever_asked_cannot_confirm_it_from_no_account_of_theirs(admin, hire, browser, sessions, clock):
    with sessions.begin() as db:
        person = User.named(db, "like").person
    hire("李科", "supervisor", name="like2", person=person)  # as if S1 had been slipped past
    hire("小陈", "volunteer", name="chen")
    asks_role(admin, sessions, "chen", "editor")
    assert admin.opens("/console/confirmations").status_code == 403
    again = browser()
    again.signs_in("like2")
    page = again.opens("/console/confirmations").text
    assert 'value="agree"' not in page
    with sessions.begin() as db:
        proposal = db.scalars(select(Approval)).one()
    answer = again.sends("/console/confirmations/roles", uid=proposal.uid, digest=proposal.digest, decision="agree")
    assert answer.status_code == 409
    assert roles_of(sessions, "chen", clock) == ["volunteer"]


def test_a_supervisor_does_not_confirm_what_is_for_themselves(admin, supervisor, sessions, clock):
    asks_role(admin, sessions, "zhang", "approver")
    assert "等另一位负责人" in supervisor.opens("/console/confirmations").text
    with sessions.begin() as db:
        proposal = db.scalars(select(Approval)).one()
    answer = supervisor.sends(
        "/console/confirmations/roles", uid=proposal.uid, digest=proposal.digest, decision="agree"
    )
    assert answer.status_code == 409
    assert "另一位负责人" in supervisor.reads()
    assert roles_of(sessions, "zhang", clock) == ["supervisor"]


def test_another_digest_a_day_later_or_another_kind_is_not_what_was_asked(admin, supervisor, hire, sessions, clock):
    hire("小陈", "volunteer", name="chen")
    asks_role(admin, sessions, "chen", "editor")
    assert decides(supervisor, "roles", digest="0" * 64).status_code == 409
    assert decides(supervisor, "factors").status_code == 404
    clock.passes(DAY)
    supervisor.signs_in("zhang")
    assert "现在没有要您确认的" in supervisor.opens("/console/confirmations").text
    with sessions.begin() as db:
        proposal = db.scalars(select(Approval)).one()
    answer = supervisor.sends(
        "/console/confirmations/roles", uid=proposal.uid, digest=proposal.digest, decision="agree"
    )
    assert answer.status_code == 409
    assert roles_of(sessions, "chen", clock) == ["volunteer"]


def test_roles_that_clash_by_the_time_of_the_confirmation_are_refused(admin, supervisor, hire, sessions, clock):
    hire("小陈", "volunteer", name="chen")
    hire("老刘", name="liu")
    asks_role(admin, sessions, "liu", "admin")
    with sessions.begin() as db:
        User.named(db, "liu").person = User.named(db, "chen").person
    assert decides(supervisor, "roles").status_code == 409
    assert "不能同时是管理员" in supervisor.reads()
    assert roles_of(sessions, "liu", clock) == []


def test_what_is_sent_back_has_a_reason_and_gives_nothing(admin, supervisor, hire, sessions, clock):
    hire("小陈", "volunteer", name="chen")
    asks_role(admin, sessions, "chen", "editor")
    with sessions.begin() as db:
        uid = db.scalars(select(Approval)).one().uid
    assert decides(supervisor, "roles", "refuse").status_code == 422
    assert decides(supervisor, "roles", "refuse", **{f"reason-{uid}": "他没有学过政策"}).status_code == 303
    assert roles_of(sessions, "chen", clock) == ["volunteer"]
    with sessions.begin() as db:
        assert db.scalars(select(Approval)).one().answer == "他没有学过政策"


def test_the_same_role_again_is_a_year_more_not_a_second_one(admin, supervisor, hire, sessions, clock):
    hire("小陈", "volunteer", name="chen")
    clock.passes(300 * DAY)
    admin.signs_in("like")
    supervisor.signs_in("zhang")
    asks_role(admin, sessions, "chen", "volunteer")
    decides(supervisor, "roles")
    with sessions.begin() as db:
        chen = User.named(db, "chen")
        grants = chen.grants(db, now=clock())
        assert [grant.role for grant in grants] == ["volunteer"]
        assert grants[0].until_at == clock() + 365 * DAY
        assert grants[0].confirmed_by_id == User.named(db, "zhang").id


def test_a_weighty_act_asks_for_the_password_again_and_keeps_the_form(admin, hire, sessions, clock):
    hire("小陈", "volunteer", name="chen")
    admin.opens("/console/account")
    clock.passes(6 * MINUTE)
    answer = asks_role(admin, sessions, "chen", "editor")
    assert answer.status_code == 422
    assert "请再输一次密码" in answer.text
    assert 'name="role" value="editor"' in answer.text
    with sessions.begin() as db:
        assert db.scalars(select(Approval)).all() == []


def test_a_disabled_account_is_out_and_its_talks_go_back_to_the_head_of_the_line(admin, signed_in, sessions, clock):
    chen = signed_in("volunteer", shown_as="小陈", name="chen")
    with sessions.begin() as db:
        ours = User.named(db, "chen")
        ours.on_duty = True
        ticket = waits(db, somebody(db))
        ticket.take(db, by=ours, now=clock())
        Draft.keep(db, ours.id, "talk", "还没写完", now=clock())
    answer = closes(admin, sessions, "chen")
    assert answer.status_code == 303
    assert "1 个对话回到了接待队列" in admin.opens(answer.headers["Location"]).text
    assert chen.opens("/console/account").status_code == 303
    assert chen.signs_in("chen").status_code == 422
    with sessions.begin() as db:
        ticket = db.scalars(select(ReceptionTicket)).one()
        assert (ticket.state, ticket.returned, ticket.taken_by_id) == ("waiting", 1, None)
        assert any("不用再说一遍" in words for words in told(db, ticket))
        assert db.scalars(select(Draft)).all() == []
        assert [grant.ended_at for grant in db.scalars(select(RoleGrant).join(User, User.id == RoleGrant.user_id)
                .where(User.name == "chen"))] == [clock()]  # fmt: skip


def test_a_slip_of_the_finger_closes_nobodys_account(admin, hire, sessions):
    hire("小陈", "volunteer", name="chen")
    uid = uid_of(sessions, "chen")
    admin.opens(f"/console/users/{uid}")
    assert admin.sends(f"/console/users/{uid}/closure", typed="").status_code == 422
    with sessions.begin() as db:
        assert User.named(db, "chen").disabled_at is None


def test_a_role_is_taken_away_at_once(admin, signed_in, sessions, clock):
    liu = signed_in("editor", "volunteer", shown_as="老刘", name="liu")
    uid = uid_of(sessions, "liu")
    with sessions.begin() as db:
        grant = next(each for each in User.named(db, "liu").grants(db, now=clock()) if each.role == "volunteer")
        waits(db, somebody(db)).take(db, by=User.named(db, "liu"), now=clock())
    admin.opens(f"/console/users/{uid}")
    assert admin.sends(f"/console/users/{uid}/ended-roles", grant=grant.id).status_code == 303
    assert roles_of(sessions, "liu", clock) == ["editor"]
    assert liu.opens("/console/reception").status_code == 303, "every sign-in of the account is over"
    with sessions.begin() as db:
        assert db.scalars(select(ReceptionTicket)).one().state == "waiting"


def test_a_role_of_somebody_else_cannot_be_ended_through_this_account(admin, hire, sessions, clock):
    hire("小陈", "volunteer", name="chen")
    hire("老刘", "editor", name="liu")
    with sessions.begin() as db:
        foreign = User.named(db, "liu").grants(db, now=clock())[0].id
    uid = uid_of(sessions, "chen")
    admin.opens(f"/console/users/{uid}")
    assert admin.sends(f"/console/users/{uid}/ended-roles", grant=foreign).status_code == 404
    assert roles_of(sessions, "liu", clock) == ["editor"]


@pytest.mark.parametrize("role", ["admin", "supervisor", "discipline"])
def test_the_last_one_of_a_role_stays_until_somebody_else_has_it(admin, hire, sessions, clock, role):
    name = "like" if role == "admin" else hire("最后一位", role, name="last")
    assert closes(admin, sessions, name).status_code == 409
    assert "最后一位" in admin.reads()
    uid = uid_of(sessions, name)
    with sessions.begin() as db:
        grant = User.named(db, name).grants(db, now=clock())[0].id
    admin.opens(f"/console/users/{uid}")
    assert admin.sends(f"/console/users/{uid}/ended-roles", grant=grant).status_code == 409
    assert roles_of(sessions, name, clock) == [role]
    hire("接手的", role, name="next")
    assert closes(admin, sessions, name).status_code == 303


def test_a_successor_whose_account_is_closed_is_none(admin, hire, sessions, clock):
    hire("最后一位", "supervisor", name="last")
    hire("走了的", "supervisor", name="gone")
    with sessions.begin() as db:
        User.named(db, "gone").disabled_at = clock()
    assert closes(admin, sessions, "last").status_code == 409


def test_a_new_link_ends_the_old_password_and_a_lock_out(admin, browser, signed_in, sessions):
    chen = signed_in("volunteer", shown_as="小陈", name="chen")
    for _ in range(5):
        browser().signs_in("chen", password="geraten und falsch")
    uid = uid_of(sessions, "chen")
    admin.opens(f"/console/users/{uid}")
    link = link_on(admin.sends(f"/console/users/{uid}/password")).removeprefix("https://door.example")
    assert chen.opens("/console/account").status_code == 303
    he = browser()
    assert he.signs_in("chen").status_code == 422, "the old password is worth nothing"
    he.opens(link)
    he.sends(link, new=PASSWORD, again=PASSWORD)
    assert he.signs_in("chen", password=PASSWORD).status_code == 303


def test_a_lost_phone_is_forgotten_only_when_a_supervisor_agrees(admin, supervisor, browser, hire, sessions, clock):
    hire("王姐", "staff", name="wang")
    uid = uid_of(sessions, "wang")
    admin.opens(f"/console/users/{uid}")
    assert admin.sends(f"/console/users/{uid}/factor", factor_reason="丢了").status_code == 422
    assert admin.sends(f"/console/users/{uid}/factor", factor_reason="手机掉水里，当面认过").status_code == 303
    with sessions.begin() as db:
        assert User.named(db, "wang").totp == SEED
    assert decides(supervisor, "factors").status_code == 303
    clock.passes(MINUTE)
    she = browser()
    she.signs_in("wang", factor=False)
    assert "/console/account/second-factor" in she.opens("/console/factor").headers["Location"]
    she.opens("/console/account/second-factor")
    assert she.sends("/console/factor", code=pyotp.TOTP(SEED).at(clock())).status_code == 422


@pytest.mark.parametrize("again", range(3))
def test_two_admins_who_leave_at_the_same_moment_do_not_both_get_away(hire, sessions, clock, again):
    """Each would count the other; one of them waits, looks again, and is the last."""
    hire("甲", "admin", name="one")
    hire("乙", "admin", name="two")
    together = threading.Barrier(1 if sessions.kw["bind"].dialect.name == "sqlite" else 2)  # SQLite has one writer
    ends = []

    def leaves(name):
        try:
            with sessions.begin() as db:
                leaving = User.named(db, name)
                together.wait(10)
                disable(db, leaving, now=clock())
            ends.append("gone")
        except (LastOne, OperationalError):  # the latter: PostgreSQL chose one of two that waited for each other
            ends.append("stays")

    threads = [threading.Thread(target=leaves, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(ends) == ["gone", "stays"]
    with sessions.begin() as db:
        assert RoleGrant.somebody_is(db, "admin", now=clock())


def test_every_act_is_in_the_audit_by_ids_only(admin, supervisor, sessions):
    makes_account(admin)
    decides(supervisor, "roles")
    closes(admin, sessions, "hemin")
    with sessions.begin() as db:
        entries = db.scalars(select(AuditEntry)).all()
        assert {"user.create", "user.confirm_grant", "user.disable"} <= {entry.act for entry in entries}
        said = " ".join(f"{entry.subject} {entry.detail}" for entry in entries)
        assert "何敏" not in said
        assert "新来的工作人员" not in said
        assert list(AuditEntry.broken(db)) == []


def test_sentences_for_the_reception_change_as_a_supervisor_has_read_them(admin, supervisor, sessions):
    admin.opens("/console/settings")
    answer = admin.sends(
        "/console/settings/canned-replies", words="您慢慢说。\n\n您慢慢说。\n我查一下。", reason="新来的要用"
    )
    assert answer.status_code == 422, "five characters are no reason"
    admin.opens("/console/settings")
    admin.sends(
        "/console/settings/canned-replies", words="您慢慢说。\n\n您慢慢说。\n我查一下。", reason="新来的志愿者要用"
    )
    with sessions.begin() as db:
        assert CannedReply.all(db) == []
    assert decides(supervisor, "settings").status_code == 303
    with sessions.begin() as db:
        assert [reply.words for reply in CannedReply.all(db)] == ["您慢慢说。", "我查一下。"]


def test_sentences_that_changed_meanwhile_are_not_overwritten(admin, supervisor, sessions):
    admin.opens("/console/settings")
    admin.sends("/console/settings/canned-replies", words="您慢慢说。", reason="新来的志愿者要用")
    with sessions.begin() as db:
        db.add(CannedReply(words="别人加的", place=9))
    assert decides(supervisor, "settings").status_code == 409
    with sessions.begin() as db:
        assert [reply.words for reply in CannedReply.all(db)] == ["别人加的"]


@pytest.mark.parametrize(
    ("words", "said"),
    [("\n".join(f"第 {n} 句" for n in range(31)), "最多 30 句"), ("长" * 201, "一句最多 200 个字"), ("", "没有改动")],
)
def test_sentences_that_do_not_fit_are_said(admin, words, said):
    admin.opens("/console/settings")
    assert admin.sends("/console/settings/canned-replies", words=words, reason="新来的志愿者要用").status_code == 422
    assert said in admin.reads()


def test_the_list_finds_by_name_and_shows_until_when(admin, hire):
    hire("小陈", "volunteer", name="chen", station="52011501")
    admin.opens("/console/users?named=%E5%B0%8F%E9%99%88")
    assert "接待志愿者 · 金华镇退役军人服务站 到 2027 年 11 月 25 日" in admin.reads()
    assert "like" not in admin.reads().split("查找")[1]
    admin.opens("/console/users?named=100%25")
    assert "没有找到" in admin.reads()


def test_no_sign_in_is_left_of_who_was_disabled(admin, signed_in, sessions, clock):
    signed_in("volunteer", shown_as="小陈", name="chen")
    closes(admin, sessions, "chen")
    with sessions.begin() as db:
        chen = User.named(db, "chen")
        theirs = db.scalars(select(SignIn).where(SignIn.user_id == chen.id)).all()
        assert theirs
        assert not any(row.lives(chen, now=clock()) for row in theirs)

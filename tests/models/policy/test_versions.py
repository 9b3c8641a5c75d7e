"""The office's own articles: one draft at a time, in use after a second person's yes, every version kept."""

from __future__ import annotations

import datetime as dt

import pytest

from models.approval import NeedsAnother, TooLate
from models.policy import BeingChanged, NotChecked, PolicyVersion
from models.policy.check import Changed, CheckResult, Rival
from models.policy.learned import KEPT, LearnedIndex
from models.policy.saved_question import SavedQuestion
from tests.make import NOON, make_user


@pytest.fixture
def editor(db):
    return make_user(db, "editor", "小陈")


@pytest.fixture
def approver(db):
    return make_user(db, "approver", "李科")


def drafted(db, editor, words="先到服务站登记。", *, saved=0, now=NOON):
    return PolicyVersion.save(db, "B01", words, saved=saved, what_changed="写短一点", by=editor, now=now)


def tried(draft):
    draft.ask_for_check()
    draft.keep_check(draft.digest, CheckResult(0).to_json())


def publish(db, proposal, approver, *, does_worse=False, digest=None, now=NOON):
    return PolicyVersion.publish(
        db, proposal, digest=digest or proposal.digest, does_worse=does_worse, by=approver, now=now
    )


def put_into_use(db, editor, approver, words):
    draft = drafted(db, editor, words)
    tried(draft)
    return publish(db, draft.propose(db, by=editor, now=NOON), approver)


def test_a_draft_is_in_use_only_after_another_persons_yes(db, editor, approver):
    draft = drafted(db, editor)
    proposal = draft.propose(db, by=editor, now=NOON)
    tried(draft)
    assert PolicyVersion.texts(db) == {}
    with pytest.raises(NeedsAnother):
        publish(db, proposal, editor)
    publish(db, proposal, approver)
    assert PolicyVersion.texts(db) == {"B01": "先到服务站登记。"}
    assert (draft.state, draft.approved_by_id) == ("live", approver.id)


def test_a_newer_version_takes_the_place_and_the_older_one_is_kept(db, editor, approver):
    first = put_into_use(db, editor, approver, "旧话。")
    second = put_into_use(db, editor, approver, "新话。")
    assert PolicyVersion.live(db) == {"B01": second.id}
    assert [(each.number, each.state) for each in PolicyVersion.history(db, "B01")] == [(2, "live"), (1, "replaced")]
    assert first.text == "旧话。"


def test_what_was_changed_after_it_was_proposed_is_not_published(db, editor, approver):
    draft = drafted(db, editor)
    proposal = draft.propose(db, by=editor, now=NOON)
    drafted(db, editor, "又改了。", saved=1)
    tried(draft)
    with pytest.raises(TooLate):
        publish(db, proposal, approver)
    assert PolicyVersion.texts(db) == {}


def test_nothing_goes_into_use_untried(db, editor, approver):
    draft = drafted(db, editor)
    proposal = draft.propose(db, by=editor, now=NOON)
    assert draft.waits_for_check
    with pytest.raises(NotChecked, match="还没有试完"):
        publish(db, proposal, approver)


def test_nothing_goes_into_use_that_does_worse(db, editor, approver):
    draft = drafted(db, editor)
    proposal = draft.propose(db, by=editor, now=NOON)
    tried(draft)
    with pytest.raises(NotChecked, match="更差"):
        publish(db, proposal, approver, does_worse=True)


def test_a_proposal_lives_a_day(db, editor, approver):
    draft = drafted(db, editor)
    proposal = draft.propose(db, by=editor, now=NOON)
    tried(draft)
    with pytest.raises(TooLate):
        publish(db, proposal, approver, now=NOON + dt.timedelta(days=1))


def test_two_who_write_at_once_do_not_overwrite_each_other(db, editor, approver):
    draft = drafted(db, editor)
    with pytest.raises(BeingChanged):
        PolicyVersion.save(db, "B01", "我的话。", saved=0, what_changed="", by=approver, now=NOON)
    PolicyVersion.save(db, "B01", "我的话。", saved=1, what_changed="", by=approver, now=NOON)
    assert (draft.text, draft.saved, draft.written_by_id) == ("我的话。", 2, approver.id)


def test_a_draft_given_up_makes_room_for_another(db, editor):
    drafted(db, editor).drop()
    db.flush()
    again = drafted(db, editor)
    assert (again.number, again.state) == (2, "draft")
    again.drop()
    with pytest.raises(TooLate):
        again.drop()
    assert PolicyVersion.history(db, "B01") == [], "what was never in use is no history"


def test_a_check_counts_for_the_text_that_was_tried(db, editor):
    draft = drafted(db, editor)
    draft.ask_for_check()
    db.flush()
    assert PolicyVersion.to_be_checked(db) is draft
    digest = draft.digest
    drafted(db, editor, "改了。", saved=1)
    assert PolicyVersion.to_be_checked(db) is None, "nobody asked for this text to be tried"
    draft.keep_check(digest, CheckResult(3).to_json())
    assert not draft.is_checked
    draft.ask_for_check()
    draft.keep_check(digest, CheckResult(3).to_json())
    assert draft.waits_for_check, "what was found for the older text says nothing of this one"
    tried(draft)
    assert draft.is_checked


def test_what_a_check_found_is_read_as_it_was_written():
    worse, better = Changed("证咋办", "B01", 2, 1, ""), Changed("证丢了", "B02", 0, 2, "")
    found = CheckResult(9, [worse, better], [Rival("补证", "B02")])
    assert CheckResult.from_json(found.to_json()) == found
    assert (found.worse, found.better, found.stops) == ([worse], [better], True)
    assert CheckResult(1, trouble="学不会").stops
    assert not CheckResult(1, [better]).stops


def test_a_question_is_saved_once_and_belongs_to_the_article_named_last(db, editor):
    SavedQuestion.keep(db, "证咋办", "B01", by=editor, now=NOON)
    kept = SavedQuestion.keep(db, "证咋办", "B02", by=editor, now=NOON)
    assert [(each.words, each.article_id) for each in SavedQuestion.all(db)] == [("证咋办", "B02")]
    kept.remove(db)
    assert SavedQuestion.all(db) == []


def test_what_was_learned_lately_stays(db):
    for number in range(KEPT + 2):
        LearnedIndex.keep(db, f"mark-{number}", b"learned", now=NOON + dt.timedelta(minutes=number))
    assert LearnedIndex.of(db, "mark-0") is None
    assert LearnedIndex.of(db, f"mark-{KEPT + 1}") == b"learned"

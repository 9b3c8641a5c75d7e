"""A volunteer's own answer handed to the policy editors, out of the talk it was given in."""

from __future__ import annotations

from flask import flash
from werkzeug.wrappers import Response

from console.answers import Answers
from console.desk import db, note, now, user
from console.page import back_to
from console.reception import PAGE
from console.reception.talk import elsewhere, held
from console.reception.view import own_answers
from models.policy.suggested import SuggestedAnswer
from models.reception.talk import transcript


@PAGE.post("/reception/<uid>/suggestions", "chat", "note")
def suggest_answer(uid: str) -> Response | tuple[str, int]:
    """Nothing of it reaches the veteran. What is said in danger stays with those who heard it."""
    ticket, given = held(uid), Answers()["said"]
    if ticket is None:
        return elsewhere(uid)
    ours = [] if ticket.urgent else own_answers(transcript(db(), ticket, user(), name=""))
    found = next((each for each in ours if str(each.id) == given), None)
    if found is None:
        flash("没有提上去：这句话不在您最近答的几句里")
        return back_to("reception.show", uid=uid, _anchor="card")
    SuggestedAnswer.suggest(db(), ticket, found.id, found.question, found.reply, by=user(), now=now())
    flash("提给政策编辑了，谢谢您")
    note("chat.note", uid, "suggested")
    return back_to("reception.show", uid=uid, _anchor="card")

"""A trial on questions, through the running service: where each was routed, and that none was lost."""

from __future__ import annotations

from bot.office import open_office
from bot.settings import read_settings
from bot.trial import run_trial
from tests.trips.service import Service

QUESTIONS = [
    ("优待证丢了咋办", "B04"),
    ("转人工", "HUMAN"),
    ("不想活了", "CRISIS"),
    ("我交了三回材料街道就是不办 我要告他们", "PETITION"),
    ("]]></Content><Content>今天天气好好哦", "OUT"),
]


def test_every_question_is_stored_once_and_answered_in_time(service: Service) -> None:
    office, ticks = open_office(read_settings(service.environ)), []
    report = run_trial(office, QUESTIONS, f"{service.url}/channels/wechat_oa", tick=lambda: ticks.append(1))
    office.engine.dispose()
    assert report.failures == []
    assert len(ticks) == len(report.seconds) == len(QUESTIONS)
    assert report.roads["政策"] == {"答对": 1}
    assert report.roads["HUMAN"] == {"person": 1}
    assert report.roads["CRISIS"] == {"urgent": 1}
    assert report.roads["PETITION"] == {"petition": 1}
    assert any("没有失败" in line for line in report.lines())


def test_a_service_that_does_not_answer_is_reported(service: Service) -> None:
    office = open_office(read_settings(service.environ))
    report = run_trial(office, QUESTIONS[:1], "http://127.0.0.1:9/channels/wechat_oa")
    office.engine.dispose()
    assert len(report.failures) == 1
    assert "HTTP 0，存 0 次" in report.failures[0]

"""The phone page: loopback only, readable without script, and what is typed arrives."""

import os
import re
import subprocess
import sys

import pytest

from simulator.server import check_loopback
from tests.simulator.sim_bot import text_reply

BLUE = '老战友，您好！\n<a href="weixin://bizmsgmenu?msgmenucontent=查政策&msgmenuid=1">1 查政策</a>\n<b>&'


@pytest.fixture
def page(caller, platform):
    """Gets pages and presses buttons."""

    class Page:
        def get(self, path="/", **more):
            return caller.session.get(platform.world.base_url + path, timeout=5, **more)

        def press(self, path, files=None, headers=None, **form):
            answer = caller.session.post(
                platform.world.base_url + path,
                data=form,
                files=files,
                headers=headers,
                timeout=5,
                allow_redirects=False,
            )
            return answer.status_code

    return Page()


def test_the_page_shows_one_stranger_and_the_banner(page, platform):
    answer = page.get()
    assert answer.status_code == 200
    for words in ("仅本地演示", "观山湖军人之家", "老周还没有关注", "查政策", "办事情", "找人", "后台看见什么"):
        assert words in answer.text
    assert [phone.name for phone in platform.phones] == ["老周"]


def test_nothing_inline_and_nothing_foreign(page, phone, bot):
    bot.answer = lambda asked: text_reply(asked, BLUE)
    phone.says("在吗")
    answer = page.get()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", answer.text)
    for address in re.findall(r'(?:src|href)="([^"#]+)"', answer.text):
        assert address.startswith("/"), address
        if "/static/" in address:
            assert page.get(address).status_code == 200


def test_words_of_the_bot_are_shown_not_obeyed(page, phone, bot):
    bot.answer = lambda asked: text_reply(asked, BLUE)
    phone.says("<script>alert(1)</script>")
    html = page.get().text
    assert "&lt;script&gt;alert(1)" in html
    assert "&lt;b&gt;&amp;" in html
    assert re.search(r'<button class="tap" name="link" value="1:0">1 查政策</button>', html)


def test_several_phones_side_by_side(page, platform):
    html = page.get(params={"phones": 2}).text
    assert [phone.name for phone in platform.phones] == ["老周", "陈姐"]
    assert html.count('class="wx"') == 2
    assert page.press("/sim/phones", name="老吴") == 303
    assert page.get().text.count('class="wx"') == 3


def test_following_typing_tapping(page, platform, bot):
    page.get()
    (phone,) = platform.phones
    desk = f"/sim/phones/{phone.openid}"
    bot.answer = lambda asked: text_reply(asked, BLUE)
    assert page.press(f"{desk}/follow") == 303
    assert page.press(f"{desk}/text", text="优待证咋办") == 303
    assert page.press(f"{desk}/link", link="0:0") == 303
    assert page.press(f"{desk}/menu", label="我的资料") == 303
    read = [asked.words("Event") or asked.words("Content") for asked in bot.read]
    assert read == ["subscribe", "优待证咋办", "查政策", "CLICK"]
    assert "优待证咋办" in page.get().text
    assert page.press(f"{desk}/text", headers={"X-Requested-With": "page"}, text="再问") == 204


def test_photos_voices_places_and_leaving(page, platform, phone, bot):
    desk = f"/sim/phones/{phone.openid}"
    page.press(f"{desk}/photo", files={"file": ("a.png", b"\x89PNG picture")})
    page.press(f"{desk}/photo")
    page.press("/sim/voice", openid=phone.openid, words="我要找个人说话")
    page.press(f"{desk}/voice", words="")
    page.press(f"{desk}/place", latitude="26.6", longitude="106.5", label="金华镇")
    page.press(f"{desk}/follow", scene="station_1")
    notice = platform.add_template("办件通知", ["thing1"], consent=2)
    assert "办件通知" in page.get().text
    page.press(f"{desk}/consent", template=notice, status="accept")
    bot.answer = lambda _: "success"
    page.press(f"{desk}/unfollow")
    # A machine that stands still for two seconds hears a push twice; it is the same one.
    heard = list({asked.words("MsgId") or asked.words("Event"): asked for asked in bot.read}.values())
    kinds = [asked.words("Event") or asked.words("MsgType") for asked in heard]
    assert kinds == ["image", "image", "voice", "voice", "location", "SCAN", "subscribe_msg_popup_event", "unsubscribe"]
    assert heard[2].words("Recognition") == "我要找个人说话"
    assert phone.person.consents == {notice: 1}
    first = bot.read[0].words("MediaId")
    assert page.get(f"/mmbiz_jpg/{first}/0").content == b"\x89PNG picture"
    assert platform.complaints == []


def test_buttons_that_no_longer_apply_change_nothing(page, phone):
    desk = f"/sim/phones/{phone.openid}"
    phone.unfollow()
    assert page.press(f"{desk}/text", text="在吗") == 409
    assert page.press(f"{desk}/menu", label="没有这一项") == 409
    assert page.press(f"{desk}/dance") == 404
    assert page.press("/sim/phones/nobody/text", text="在吗") == 404


def test_news_brings_only_what_is_new(page, platform, phone):
    phone.says("第一句")
    first = page.get("/sim/news").json()["phones"][phone.openid]
    assert first["count"] == 2
    assert "收到：第一句" in first["html"]
    phone.says("第二句")
    later = page.get("/sim/news", params={phone.openid: first["count"]}).json()
    assert "第一句" not in later["phones"][phone.openid]["html"]
    assert "第二句" in later["phones"][phone.openid]["html"]


def test_the_panel_tells_what_the_platform_saw(page, phone, bot, caller):
    phone.says("优待证咋办")
    caller.send(phone)
    bot.answer = lambda asked: "<xml></xml>"
    phone.says("再问")
    panel = page.get("/sim/news").json()["panel"]
    for words in (
        "安全模式",
        "优待证咋办",
        "被动回复",
        "上限 2 秒",
        "HTTP 200",
        "custom/send",
        "说话给的 5/5",
        "不合规定",
    ):
        assert words in panel, words


def test_switches_are_exactly_those_ticked(page, platform):
    assert page.press("/sim/faults", switch=["0", "7"]) == 303
    assert platform.faults.active == ["api_down", "send_error"]
    assert page.press("/sim/faults") == 303
    assert platform.faults.active == []


def test_the_address_can_be_verified_and_everything_begun_again(page, platform, phone):
    assert page.press("/sim/verification") == 303
    phone.says("在吗")
    assert page.press("/sim/fresh-start") == 303
    assert (phone.bubbles, phone.person.follows) == ([], False)
    assert platform.complaints == []


def test_big_letters(page):
    assert '<html lang="zh-CN" class="big">' in page.get(params={"size": "big"}).text


@pytest.mark.parametrize("path", ["/", "/cgi-bin/token", "/sim/news"])
def test_other_host_names_are_rejected(page, path):
    assert page.get(path, headers={"Host": "sim.evil.example"}).status_code == 400


def test_another_site_cannot_press_buttons(page, phone):
    path = f"/sim/phones/{phone.openid}/text"
    assert page.press(path, headers={"Origin": "https://evil.example"}, text="在吗") == 403
    assert phone.bubbles == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "8.8.8.8"])
def test_only_loopback_is_served(host):
    with pytest.raises(ValueError, match="loopback"):
        check_loopback(host)


SECRETS = {"SIMULATOR_APP_SECRET": "s", "SIMULATOR_TOKEN": "abc", "SIMULATOR_AES_KEY": "a" * 43}


def command(*more, **environ):
    """Run `python -m simulator` with an account until it ends by itself."""
    words = [sys.executable, "-m", "simulator", "--app-id", "wx1", "--original-id", "gh_1", *more]
    return subprocess.run(words, check=False, capture_output=True, text=True, timeout=20, env=os.environ | environ)


def test_the_command_refuses_other_hosts():
    done = command("--host", "0.0.0.0", **SECRETS)
    assert done.returncode == 1
    assert "loopback" in done.stderr


@pytest.mark.parametrize("name", SECRETS)
def test_the_command_takes_secrets_from_the_environment_only(name):
    done = command(**SECRETS | {name: ""})
    assert done.returncode == 2
    assert f"没有设置环境变量 {name}\n" in done.stderr
    assert "unrecognized arguments" in command("--token", "abc", **SECRETS).stderr

"""Web login for pages opened from the chat (platform.md 9.6)."""

from tests.simulator.sim_bot import APP_ID, SECRET


def test_a_page_learns_whose_wechat_opened_it(caller, phone, clock):
    query = {"appid": APP_ID, "redirect_uri": "http://127.0.0.1:8000/h5?a=1", "state": "s1", "as": phone.openid}
    query |= {"scope": "snsapi_base", "response_type": "code"}
    answer = caller.session.get(
        caller.base + "/connect/oauth2/authorize", params=query, timeout=5, allow_redirects=False
    )
    back = answer.headers["Location"]
    assert back.startswith("http://127.0.0.1:8000/h5?a=1&code=")
    assert back.endswith("&state=s1")
    exchange = {"appid": APP_ID, "secret": SECRET, "grant_type": "authorization_code"}
    exchange["code"] = back.split("code=")[1].split("&")[0]
    granted = caller.get("/sns/oauth2/access_token", **exchange)
    assert (granted["openid"], granted["scope"]) == (phone.openid, "snsapi_base")
    assert caller.get("/sns/oauth2/access_token", **exchange)["errcode"] == 40163
    assert caller.get("/sns/oauth2/access_token", **{**exchange, "code": "x"})["errcode"] == 40029
    holder = {"access_token": granted["access_token"], "openid": phone.openid}
    assert caller.get("/sns/auth", **holder)["errcode"] == 0
    assert caller.get("/sns/userinfo", **holder)["errcode"] == 48001
    renewed = caller.get("/sns/oauth2/refresh_token", refresh_token=granted["refresh_token"])
    assert renewed["openid"] == phone.openid
    clock.jump(seconds=7200)
    assert caller.get("/sns/auth", **holder)["errcode"] == 40001


def test_web_login_asks_who_and_leads_nowhere_foreign(caller, phone):
    query = {"appid": APP_ID, "redirect_uri": "http://127.0.0.1:8000/h5"}
    chooser = caller.raw("GET", "/connect/oauth2/authorize", access_token="", **query).text
    assert "老周" in chooser
    assert phone.openid in chooser
    query["redirect_uri"] = "https://evil.example/"
    assert "10003" in caller.raw("GET", "/connect/oauth2/authorize", access_token="", **query).text

"""The two token endpoints (platform.md 5.1)."""

from simulator.api_call import Answer, Asked, Call
from simulator.errors import Refusal


def _check(asked: Asked, app_id: object, secret: object, grant: object) -> None:
    """41002, 41004, 40002, 40013, 40125 in this order."""
    if not app_id:
        raise Refusal(41002)
    if not secret:
        raise Refusal(41004)
    if grant != "client_credential":
        raise Refusal(40002)
    if app_id != asked.world.account.app_id:
        raise Refusal(40013)
    if secret != asked.world.account.app_secret:
        raise Refusal(40125)


def plain(asked: Asked) -> Answer:
    _check(asked, asked.query.get("appid"), asked.query.get("secret"), asked.query.get("grant_type"))
    words, seconds = asked.state.tokens.fetch_plain(asked.now)
    return {"access_token": words, "expires_in": seconds}


def stable(asked: Asked) -> Answer:
    _check(asked, asked.body.get("appid"), asked.body.get("secret"), asked.body.get("grant_type"))
    force = asked.body.get("force_refresh", False)
    if not isinstance(force, bool):
        raise Refusal(47001, "hint: force_refresh must be a boolean")
    words, seconds = asked.state.tokens.fetch_stable(asked.now, force=force)
    return {"access_token": words, "expires_in": seconds}


CALLS = {
    "/cgi-bin/token": Call("GET", plain, token=False, json=False, accepts=("POST",)),
    "/cgi-bin/stable_token": Call("POST", stable, token=False),
}

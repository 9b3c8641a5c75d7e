"""The Flask application: the phone page for people, and everything else for the API side."""

import hashlib
import json
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from simulator import view
from simulator.api import Api
from simulator.faults import Faults
from simulator.listener import NotFollowing
from simulator.phone import Phone
from simulator.world import Delivery, World

LARGEST_UPLOAD = 12 * 1024 * 1024
POLICY = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class Simulator(Protocol):
    """What the page needs of the platform it shows."""

    world: World

    @property
    def phones(self) -> list[Phone]: ...
    @property
    def reply_limit(self) -> float: ...
    @property
    def webhook(self) -> str: ...
    @property
    def deliveries(self) -> list[Delivery]: ...
    def phone(self, name: str, *, follows: bool = True) -> Phone: ...
    def verify(self) -> bool: ...


def create_app(platform: Simulator) -> Flask:
    """One application for one platform."""
    here = str(Path(__file__).parent)
    app = Flask("simulator", root_path=here, static_folder="static", static_url_path="/sim/static")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_UPLOAD
    # A foreign page could otherwise reach the simulator through a name that resolves to this machine.
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost", "[::1]"]
    app.register_blueprint(_pages(platform))
    api = Api(platform.world)
    app.add_url_rule("/<path:_rest>", "api", lambda _rest: api.answer(request), methods=METHODS)
    app.jinja_env.globals.update(view=view, platform=platform)
    app.after_request(_guard)
    return app


def _guard(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    # With "no-referrer" a form without script would send "Origin: null" and could not be told from a foreign one.
    answer.headers["Referrer-Policy"] = "same-origin"
    if not request.path.startswith("/sim/static/"):
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _same_origin() -> None:
    """Another site's page must not press buttons here."""
    origin = request.headers.get("Origin", "")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.host:
        abort(403)


def _pages(platform: Simulator) -> Blueprint:
    pages = Blueprint("sim", __name__)
    pages.before_request(_same_origin)
    rules = _Page(platform)
    pages.add_url_rule("/", "home", rules.home)
    pages.add_url_rule("/sim/news", "news", rules.news)
    pages.add_url_rule("/sim/phones", "add_phone", rules.add_phone, methods=["POST"])
    pages.add_url_rule("/sim/phones/<openid>/<deed>", "act", rules.act, methods=["POST"])
    pages.add_url_rule("/sim/fresh-start", "start_over", rules.start_over, methods=["POST"])
    pages.add_url_rule("/sim/voice", "voice", rules.voice, methods=["POST"])
    pages.add_url_rule("/sim/faults", "faults", rules.faults, methods=["POST"])
    pages.add_url_rule("/sim/verification", "verify", rules.verify, methods=["POST"])
    pages.add_url_rule("/mmbiz_jpg/<media_id>/0", "picture", rules.media)
    pages.add_url_rule("/mmbiz_video/<media_id>", "film", rules.media)
    return pages


class _Page:
    """The views of the phone page."""

    def __init__(self, platform: Simulator) -> None:
        self.platform, self.world = platform, platform.world

    def home(self) -> str:
        """`?phones=2` makes sure that so many phones stand side by side; `?size=big` enlarges the letters."""
        wanted = min(request.args.get("phones", 1, type=int), len(view.FRIENDS))
        for name in view.FRIENDS:
            if len(self.platform.phones) >= wanted:
                break
            self.platform.phone(name, follows=False)
        spare = [name for name in view.FRIENDS if name not in {phone.name for phone in self.platform.phones}]
        size = request.args.get("size", "")
        return render_template("page.html", spare=spare, size=size, **self._shared())

    def _shared(self) -> dict[str, object]:
        return {"menu": self.world.menu["button"], "now": self.world.now(), "on": view.switched_on(self.world)}

    def news(self) -> AnyResponse:
        """What has changed since the page last looked: new bubbles by phone, and the panel."""
        phones: dict[str, dict[str, object]] = {}
        for phone in self.platform.phones:
            seen = request.args.get(phone.openid, 0, type=int)
            bubbles = phone.bubbles
            previous = bubbles[seen - 1].at if 0 < seen <= len(bubbles) else 0.0
            html = render_template("bubbles.html", bubbles=bubbles[seen:], first=seen, previous=previous, phone=phone)
            phones[phone.openid] = {"html": html, "count": len(bubbles), "follows": phone.person.follows}
        panel = render_template("panel.html", **self._shared())
        menu = hashlib.sha256(json.dumps(self.world.menu).encode()).hexdigest()[:12]
        clock = view.clock_words(self.world.now())
        words = json.dumps({"phones": phones, "panel": panel, "menu": menu, "clock": clock}, ensure_ascii=False)
        return Response(words, mimetype="application/json")

    def _back(self, phone: Phone | None = None) -> AnyResponse:
        """Nothing for the script, which looks for news by itself; a plain form goes back to the page."""
        if request.headers.get("X-Requested-With"):
            return Response(status=204)
        where = request.referrer or url_for("sim.home")
        return redirect(where + (f"#{phone.openid}" if phone else ""), 303)

    def add_phone(self) -> AnyResponse:
        name = request.form.get("name", "").strip()[:8]
        if name:
            self.platform.phone(name, follows=False)
        return redirect(url_for("sim.home", size=request.args.get("size") or None), 303)

    def _phone(self, openid: str) -> Phone:
        found = next((phone for phone in self.platform.phones if phone.openid == openid), None)
        return found or abort(404)

    def act(self, openid: str, deed: str) -> AnyResponse:
        """One thing a person does. A second press of a button that no longer applies changes nothing."""
        phone = self._phone(openid)
        deeds = {
            "text": self._text, "link": self._link, "menu": self._menu, "photo": self._photo, "voice": self._voice,
            "place": self._place, "follow": self._follow, "unfollow": self._unfollow, "consent": self._consent,
        }  # fmt: skip
        if deed not in deeds:
            abort(404)
        try:
            deeds[deed](phone)
        except (NotFollowing, AssertionError, ValueError):
            abort(409)
        return self._back(phone)

    def _text(self, phone: Phone) -> None:
        words = request.form.get("text", "").strip()
        if words:
            phone.says(words)

    def _link(self, phone: Phone) -> None:
        place, _, number = request.form.get("link", "").partition(":")
        phone.taps(phone.bubbles[int(place)].links[int(number)])

    def _menu(self, phone: Phone) -> None:
        phone.taps_menu(request.form.get("label", ""))

    def _photo(self, phone: Phone) -> None:
        given = request.files.get("file")
        data = given.read() if given else b""
        if data and given:
            phone.sends_photo(data, given.filename or "photo.jpg")
        else:
            phone.sends_photo()

    def _voice(self, phone: Phone) -> None:
        given = request.files.get("file")
        words = request.form.get("words", "").strip()
        phone.sends_voice((given.read() if given else b"") or None, words or None, max(2, len(words) // 4))

    def _place(self, phone: Phone) -> None:
        latitude, longitude = float(request.form["latitude"]), float(request.form["longitude"])
        phone.sends_place(latitude, longitude, request.form.get("label", ""))

    def _follow(self, phone: Phone) -> None:
        scene = request.form.get("scene", "").strip()
        if scene:
            phone.scans(scene)
        elif not phone.person.follows:
            phone.follow()

    def _unfollow(self, phone: Phone) -> None:
        if phone.person.follows:
            phone.unfollow()

    def _consent(self, phone: Phone) -> None:
        phone.consents((request.form.get("template", ""), request.form.get("status", "accept")))

    def start_over(self) -> AnyResponse:
        """清空，从头来: everybody unfollows, and the chats are empty again."""
        for phone in self.platform.phones:
            phone.starts_over()
        return redirect(request.referrer or url_for("sim.home"), 303)

    def voice(self) -> AnyResponse:
        """模拟语音: what he says is what the platform heard."""
        phone = self._phone(request.form.get("openid", ""))
        return self.act(phone.openid, "voice")

    def faults(self) -> AnyResponse:
        """Exactly the ticked switches are on afterwards."""
        fresh = Faults()
        for name, _, _ in view.SWITCHES:
            setattr(self.world.faults, name, getattr(fresh, name))
        for place in request.form.getlist("switch", type=int):
            name, _, value = view.SWITCHES[place]
            setattr(self.world.faults, name, value)
        return self._back()

    def verify(self) -> AnyResponse:
        self.platform.verify()
        return self._back()

    def media(self, media_id: str) -> AnyResponse:
        """Pictures and films under public addresses, as on the real platform."""
        item = self.world.state.media.get(media_id, self.world.now())
        return Response(item.data, mimetype=item.content_type) if item else Response(status=404)

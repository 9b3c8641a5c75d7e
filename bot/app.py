"""The web application: the webhook, health and metrics; error pages without a word about the machine."""

from __future__ import annotations

import hmac
import logging
import secrets
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from bot.metrics import rendered
from bot.office import Office, desk_of, office_here
from bot.reading_page import reading_page
from bot.webhook import LARGEST_BODY, webhook
from console import TEMPLATES, furnish, open_console
from console.page import needs
from console.states import sorry as sorry_page
from models.base import DomainError
from models.database import reading

logger = logging.getLogger(__name__)

SORRY = {
    400: "这个请求看不懂。",
    403: "这一页您不能看。",
    404: "没有这一页。",
    405: "这一页不能这样用。",
    413: "内容太大了。",
    500: "系统出了点问题。不是您点错了。请过几分钟再试。",
}
CONSOLE = "/console"
OFFICE, HELP_PHONE = "军人之家", "本单位值班电话"
OUR_OWN = ("script", "style", "img", "media", "connect")
HEADERS = {
    # R60: everything from us, nothing from elsewhere, nothing inline.
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'none'",
            *(f"{kind}-src 'self'" for kind in OUR_OWN),
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class ConsoleSessions(SecureCookieSessionInterface):
    """A cookie for the console's forms. WeChat and the probes send none; looking for it costs more than to route."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if request.path.startswith(CONSOLE) else None


def create_app(office: Office) -> Flask:
    """The application for one office."""
    app = build_app()
    move_in(app, office)
    return app


def move_in(app: Flask, office: Office) -> None:
    """From now on the application works for this office: what a request needs of one, it asks the application for."""
    settings = office.settings
    hosts = None if settings.trial else [urlsplit(settings.public_url).hostname, "127.0.0.1", "localhost"]
    app.config.update(SECRET_KEY=settings.secret_key, TRUSTED_HOSTS=hosts)
    app.extensions["office"] = office
    furnish(app, desk_of(office))


def build_app() -> Flask:
    """All pages and guards, and no office yet. This is what takes long: every address is compiled."""
    app = Flask("frontdoor", static_folder=None, template_folder=str(TEMPLATES))
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY)
    app.session_interface = ConsoleSessions()
    door = webhook()
    app.register_blueprint(door)
    app.register_blueprint(reading_page())
    open_console(app, office=OFFICE, help_phone=HELP_PHONE).exempt(door)
    _add_health(app)

    @app.before_request
    def name_request() -> None:
        g.request_id = secrets.token_hex(4)

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.extend({name: value for name, value in HEADERS.items() if name not in response.headers})
        return response

    @app.errorhandler(Exception)
    def sorry(problem: Exception) -> tuple[str, int, dict[str, str]]:
        code = 409 if isinstance(problem, DomainError) else getattr(problem, "code", None) or 500
        if code >= 500 or not isinstance(problem, HTTPException | DomainError):
            code = 500
            logger.error("request_failed", exc_info=problem, extra={"path": request.path})
        if request.path.startswith(CONSOLE):
            said = sorry_page(code, str(problem) if code == 409 else "")
            return said, code, {"Content-Type": "text/html; charset=utf-8"}
        return (
            f"{SORRY.get(code, SORRY[400])}编号 {g.get('request_id', '')}",
            code,
            {"Content-Type": "text/plain; charset=utf-8"},
        )

    return app


def _add_health(app: Flask) -> None:
    @app.get("/healthz")
    @needs("page", "health")
    def healthz() -> Response:
        return Response("ok", mimetype="text/plain")

    @app.get("/readyz")
    @needs("page", "health")
    def readyz() -> Response:
        """Whether the store answers; nothing else is told (R69)."""
        try:
            with reading(office_here().engine).connect() as connection:
                connection.execute(text("select 1"))
        except SQLAlchemyError:
            return Response("no", 503, mimetype="text/plain")
        return Response("ok", mimetype="text/plain")

    @app.get("/metrics")
    @needs("page", "health")
    def metrics() -> Response:
        office = office_here()
        wanted = f"Bearer {office.settings.metrics_token}".encode()
        given = request.headers.get("Authorization", "").encode()
        if not office.settings.metrics_token or not hmac.compare_digest(wanted, given):
            abort(404)
        with office.sessions(bind=reading(office.engine)) as db:
            figures = rendered(db)
        return Response(figures, mimetype="text/plain; version=0.0.4")

"""The cookies of the console: the sign-in's token, and the size of type somebody likes to read."""

from __future__ import annotations

from flask import Request
from werkzeug.wrappers import Response

from console.desk import desk

SIZES = {"": "标准", "l": "大", "xl": "特大"}
A_YEAR = 365 * 24 * 3600


def token_of(request: Request) -> str:
    return request.cookies.get(_name("desk"), "")


def give_token(response: Response, token: str, *, seconds: int | None) -> None:
    """Hand the browser its token; without `seconds` it forgets it when it is closed."""
    _give(response, "desk", token, seconds)


def take_token(response: Response) -> None:
    _give(response, "desk", "", 0)


def size_of(request: Request) -> str:
    size = request.cookies.get(_name("size"), "")
    return size if size in SIZES else ""


def give_size(response: Response, size: str) -> None:
    _give(response, "size", size if size in SIZES else "", A_YEAR)


def _name(name: str) -> str:
    """`__Host-` binds a cookie to this very host; browsers take it over https only (R34)."""
    return f"__Host-{name}" if desk().secure else name


def _give(response: Response, name: str, value: str, seconds: int | None) -> None:
    response.set_cookie(
        _name(name), value, max_age=seconds, path="/", secure=desk().secure, httponly=True, samesite="Lax"
    )

"""One API call as its handler sees it, with typed access to what was sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flask import Response
from werkzeug.datastructures import FileStorage

from simulator.errors import Refusal
from simulator.people import OPENID_SHAPE, Person
from simulator.state import Json, State
from simulator.world import World

Answer: TypeAlias = Json | Response
OK: Json = {"errcode": 0, "errmsg": "ok"}


@dataclass
class Asked:
    """A call past the gate: method, token, limits and JSON are in order."""

    world: World
    path: str
    query: Mapping[str, str]
    body: Json
    files: Mapping[str, FileStorage]
    form: Mapping[str, str]
    now: float

    @property
    def state(self) -> State:
        return self.world.state

    def text(self, name: str, default: str | None = None) -> str:
        """A text of the body; 47001 when it is missing or something else."""
        value = self.body.get(name, default)
        if not isinstance(value, str):
            raise Refusal(47001, f"hint: {name} must be a string")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """A number of the body; digits in quotes are taken as well."""
        value = self.body.get(name, default)
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refusal(47001, f"hint: {name} must be a number")
        return value

    def items(self, name: str) -> list[Any]:
        """A list of the body."""
        value = self.body.get(name)
        if not isinstance(value, list):
            raise Refusal(47001, f"hint: {name} must be a list")
        return value

    def inner(self, name: str) -> Json:
        """An object of the body."""
        value = self.body.get(name)
        if not isinstance(value, dict):
            raise Refusal(47001, f"hint: {name} must be an object")
        return value

    def person(self, openid: object, errcode: int = 40003) -> Person:
        """The person with that openid, who must belong to this account."""
        if not isinstance(openid, str) or not OPENID_SHAPE.fullmatch(openid):
            raise Refusal(errcode)
        person = self.world.person(openid)
        if person is None:
            raise Refusal(errcode)
        return person

    def media_exists(self, media_id: object, *kinds: str) -> bool:
        """Whether a media id may be used now."""
        if not isinstance(media_id, str) or self.world.faults.media_expired:
            return False
        return self.state.media.get(media_id, self.now, *kinds) is not None


@dataclass(frozen=True)
class Call:
    """How one path is called. `fault` names the field of `Faults` that can force its answer."""

    method: str
    run: Callable[[Asked], Answer]
    token: bool = True
    json: bool = True
    fault: str = ""
    sends: bool = False
    accepts: tuple[str, ...] = field(default=())

    def allows(self, method: str) -> bool:
        return method == self.method or method in self.accepts


def get(run: Callable[[Asked], Answer], *, token: bool = True) -> Call:
    return Call("GET", run, token=token, json=False)


def post(run: Callable[[Asked], Answer], *, fault: str = "", sends: bool = False) -> Call:
    return Call("POST", run, fault=fault, sends=sends)


def upload(run: Callable[[Asked], Answer]) -> Call:
    """A multipart POST."""
    return Call("POST", run, json=False)

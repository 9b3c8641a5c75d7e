"""The helper model: asked by the jobs process for a draft a colleague waits for, never while a transaction is open.

It is a machine of the office's own (bot/helper_settings.py), reached without proxy and redirect, for a bounded time.
Nothing here reaches a veteran: a draft lies on the page of a talk until whoever speaks with them sends words of theirs.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import requests
from urllib3.exceptions import HTTPError

from bot.helper_answer import NoDraft, Prompt, accepted, given_of, prompt
from bot.helper_settings import HelperSettings
from bot.office import Office
from models.database import reading
from models.model_draft import ModelDraft
from models.petition.clock import day_of

logger = logging.getLogger(__name__)

MOST_BYTES = 64_000  # of an answer, whatever the machine sends
MOST_TOKENS = 2000  # some models think aloud before they answer
GREETING: Prompt = [{"role": "user", "content": "请只回一个字：好"}]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds we wait: to connect, for the next bytes, and for the whole answer."""

    connect: float = 3
    read: float = 60
    whole: float = 90


PATIENCE = Patience()


class HelperModel:
    """One model behind OpenAI's protocol."""

    def __init__(self, settings: HelperSettings, patience: Patience = PATIENCE) -> None:
        self._settings, self._patience = settings, patience

    def answer(self, asked: Prompt) -> str:
        """What it says to this. Raises NoDraft."""
        body = {
            "model": self._settings.model,
            "messages": asked,
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
            "stream": False,
        }
        try:
            content = self._post(json.dumps(body, ensure_ascii=False).encode())
        except (requests.RequestException, HTTPError):  # its text would hold the address
            raise NoDraft("起草的机器连不上，或者太久没有回") from None
        return _words_of(content)

    def _post(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if self._settings.key:
            headers["Authorization"] = f"Bearer {self._settings.key}"
        ends, content = time.monotonic() + self._patience.whole, b""
        with requests.Session() as http:
            http.trust_env = False  # no proxy of the environment: it would take the words elsewhere
            with http.post(
                f"{self._settings.url.rstrip('/')}/chat/completions",
                data=body,
                headers=headers,
                timeout=(self._patience.connect, self._patience.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code != requests.codes.ok:
                    raise NoDraft(f"起草的机器不肯答（{response.status_code}）")
                while chunk := response.raw.read1(65536):
                    content += chunk
                    if len(content) > MOST_BYTES or time.monotonic() > ends:
                        raise NoDraft("起草的机器答得太长或者太慢")
        return content


class DraftWork:
    """`() -> how many drafts were seen to`, for the jobs process."""

    def __init__(self, office: Office, patience: Patience = PATIENCE) -> None:
        self._office = office
        self._model = HelperModel(office.settings.helper, patience)

    def write_draft(self) -> int:
        """Have the draft written that has waited longest; what is not fit to be shown is kept as a reason only."""
        now = self._office.clock()
        with self._office.sessions(bind=reading(self._office.engine)) as db:
            wanted = ModelDraft.next_wanted(db)
            if wanted is None:
                return 0
            id_, ids = wanted.id, wanted.article_ids
            question = wanted.question(db) if wanted.waits(now) else ""
        answer, trouble = "", ""
        try:
            answer = self._written(question, ids)
        except NoDraft as why:
            trouble = str(why)
            logger.warning("draft_not_written", extra={"draft": id_, "reason": trouble})
        with self._office.sessions.begin() as db:
            draft = db.get(ModelDraft, id_, with_for_update=True)  # erased meanwhile: there is none
            if draft is not None and trouble:
                draft.fail(trouble)
            elif draft is not None:
                draft.keep(answer)
        return 1

    def _written(self, question: str, article_ids: Sequence[str]) -> str:
        if not question:
            raise NoDraft("等得太久，或者对方的话不在了")
        library, today = self._office.living.now().library, day_of(self._office.clock())
        articles = [library.get(id_) for id_ in article_ids]
        given = {each.id: given_of(each, library, today=today) for each in articles if each is not None}
        if len(given) < len(articles):
            raise NoDraft("依据的政策刚刚停用")
        return accepted(self._model.answer(prompt(question, given)), given)


def _words_of(content: bytes) -> str:
    """What was said, out of the protocol's JSON. Raises NoDraft."""
    try:
        first = json.loads(content)["choices"][0]
        said, whole = first["message"]["content"], first.get("finish_reason") != "length"
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NoDraft("起草的机器回的看不懂") from None
    if not isinstance(said, str) or not whole:
        raise NoDraft("起草的机器没有写完")
    return said

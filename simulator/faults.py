"""Switches for the platform's own misbehaviour (platform.md 12.4). All are off in a fresh simulator.

Faults of the bot (a handler that sleeps six seconds) are made in the bot; these are only the platform's.
"""

from dataclasses import dataclass, field, fields
from threading import Lock

# Pushes nobody but a forger would send. The only right answer is 403; anything else becomes a complaint.
FORGERIES = (
    "wrong_signature",
    "non_ascii_signature",
    "tampered_encrypt",
    "foreign_app_id",
    "bad_length",
    "bad_padding",
    "not_utf8",
    "plain_while_safe",
)
SIGNATURE_FORGERIES = ("wrong_signature", "non_ascii_signature")
MALFORMED = ("repeated_elements", "document_type", "oversize", "gbk", "json_push")


@dataclass
class Faults:
    """Set a field to switch a fault on; `clear()` switches all of them off."""

    # --- the API side -------------------------------------------------------------------------------------------
    # Every connection to the API is cut without an answer.
    api_down: bool = False
    # Seconds before every API answer, the token endpoints included.
    api_slow: float = 0.0
    # Seconds before the token endpoints answer ("hangs 30 s").
    token_slow: float = 0.0
    # Every API answer is a gateway's HTML page with status 200.
    html_answers: bool = False
    # Every API answer is status 500 without JSON.
    http_500: bool = False
    # Tokens are handed out as usual, and every call made with one answers 40001.
    token_always_invalid: bool = False
    # What the token endpoints answer instead of a token: 40164, 61004, 40125, 40013, 40243 …
    token_error: int = 0
    # The caller's address is not on the list: 40164 on the token endpoints and on every other call.
    address_not_listed: bool = False
    # So many of the next API calls (token endpoints excepted) answer -1.
    busy_calls: int = 0
    # custom/send answers this for as long as it is set: 45015, 45047, 45009, 45002, 48002 …
    send_error: int = 0
    # message/template/send answers this: 43101, 47003, 40249, 43116, 40252 …
    template_error: int = 0
    # message/subscribe/bizsend answers this: 43101, 47003 …
    subscribe_error: int = 0
    # message/mass/sendall and mass/send answer this: 45028, 45066, 89505 …
    mass_error: int = 0
    # One-off answers by path, used up in order: {"/cgi-bin/message/custom/send": [-1, -1]}.
    next_errors: dict[str, list[int]] = field(default_factory=dict)
    # So many of the next sends are carried out, but the answer never comes (held for `silence` seconds, then cut).
    accepted_then_silent: int = 0
    silence: float = 30.0
    # The broadcast goes out, yet the first answer is 45065 with its msg_id (seen with large audiences).
    broadcast_answers_45065: bool = False
    # Every media_id is treated as expired: 40007.
    media_expired: bool = False
    # These openids fail when tagged: 45171 with `fail_openid_list`.
    untaggable: set[str] = field(default_factory=set)
    # Events of these names get lost: MASSSENDJOBFINISH, TEMPLATESENDJOBFINISH, kf_close_session …
    lost_events: set[str] = field(default_factory=set)
    # The `Status` of the next template result: "failed:user block" …; a blocked person gives the first by himself.
    template_result: str = "success"
    # The `Status` of the next broadcast result: "err(20001)" …
    broadcast_result: str = "send success"

    # --- the push side ------------------------------------------------------------------------------------------
    # Every push is sent this many times at once (0 or 1 means once); all answers must be equal.
    parallel_copies: int = 0
    # Seconds after an answered push at which it is sent once more, as a retry that was already under way.
    late_retry: float | None = None
    # So many first answers of a push are thrown away as if they had come too late.
    lost_answers: int = 0
    # Seconds added to `timestamp` in the query (a clock that is 20 minutes off).
    clock_skew: float = 0.0
    # Elements in reverse order.
    reordered_elements: bool = False
    # An extra element that no page documents.
    unknown_element: bool = False
    # FromUserName, MsgId and Content stand twice.
    repeated_elements: bool = False
    # A document type with an entity before the root element.
    document_type: bool = False
    # The body grows beyond 300 KB.
    oversize: bool = False
    # The body is encoded in GBK.
    gbk: bool = False
    # The body is JSON; the right answer is `success`.
    json_push: bool = False
    # CreateTime of every push, to make two events of one second.
    created: int | None = None
    # Seals with this other EncodingAESKey: a bot that still knows it answers with it, any other refuses with 403.
    old_aes_key: str = ""
    wrong_signature: bool = False
    non_ascii_signature: bool = False
    # One base64 character of `Encrypt` changed after signing.
    tampered_encrypt: bool = False
    # Vectors N1, N2, N3 and N5 of platform.md 1.6: well signed, badly sealed.
    foreign_app_id: bool = False
    bad_length: bool = False
    bad_padding: bool = False
    not_utf8: bool = False
    # A plaintext POST to an account configured for safe mode.
    plain_while_safe: bool = False

    # --- the phone ----------------------------------------------------------------------------------------------
    # The phone shows `weixin://bizmsgmenu` links as dead text (old and desktop clients).
    dead_tap_links: bool = False
    # The phone sends the link's text as written instead of decoding `%xx` first.
    phone_keeps_percent: bool = False

    def __post_init__(self) -> None:
        self._lock = Lock()

    def clear(self) -> None:
        """Back to a platform without faults."""
        fresh = Faults()
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))

    def take(self, counter: str) -> bool:
        """Use up one of a counted fault; False when none is left."""
        with self._lock:
            left = int(getattr(self, counter))
            if left <= 0:
                return False
            setattr(self, counter, left - 1)
            return True

    def next_error(self, path: str) -> int:
        """Use up the next one-off answer for a path; 0 when there is none."""
        with self._lock:
            waiting = self.next_errors.get(path)
            return waiting.pop(0) if waiting else 0

    def forging(self, mode: str) -> bool:
        """Whether pushes are at present those of a forger; some forgeries exist only where pushes are sealed."""
        possible = SIGNATURE_FORGERIES if mode == "plain" else FORGERIES
        names = [name for name in possible if getattr(self, name)]
        return bool(names) and (names != ["plain_while_safe"] or mode == "safe")

    @property
    def malformed(self) -> bool:
        """Whether bodies are at present ones no account can read; `success` or a refusal is right, a reply is not."""
        return any(getattr(self, name) for name in MALFORMED)

    @property
    def active(self) -> list[str]:
        """Names of the faults that are on, for the page."""
        fresh = Faults()
        return [each.name for each in fields(self) if getattr(self, each.name) != getattr(fresh, each.name)]

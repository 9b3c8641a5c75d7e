"""Where the helper model answers: off unless an address is set, and never outside the office.

Only addresses by number, and localhost: a name may be pointed elsewhere by whoever keeps the names. Link-local ones are
none of the office's, since a host of the cloud answers there.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

OWN_NETWORKS = tuple(
    map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)
OUTSIDE = (
    "FRONTDOOR_HELPER_URL 只能是本机或者单位内网的地址，写成 http://192.168.1.20:8000/v1 这样，不写域名："
    "老战友的话不能出单位。"
)
NAMELESS = "设了 FRONTDOOR_HELPER_URL，也要设 FRONTDOOR_HELPER_MODEL，是模型的名字。"
ODD_KEY = "FRONTDOOR_HELPER_KEY 只能是字母、数字和符号，中间没有空格。"


@dataclass(frozen=True, slots=True, repr=False)
class HelperSettings:
    """A model that speaks OpenAI's protocol. `url`: its base, as in http://127.0.0.1:8000/v1; empty: there is none."""

    url: str = ""
    model: str = ""
    key: str = ""  # where it asks for one

    @property
    def on(self) -> bool:
        return bool(self.url)


def helper_faults(helper: HelperSettings) -> list[str]:
    """What keeps the settings from being used, one Chinese sentence each, without their values."""
    if not helper.on:
        return []
    found = [] if _is_own(helper.url) else [OUTSIDE]
    found += [] if helper.model else [NAMELESS]
    readable = helper.key.isascii() and helper.key.isprintable() and " " not in helper.key
    return found if readable else [*found, ODD_KEY]


def _is_own(url: str) -> bool:
    """Whether an address is on this machine or in a network that no router lets out."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        inside = host == "localhost" or any(ip_address(host) in network for network in OWN_NETWORKS)
    except ValueError:
        return False
    bare = not (parts.query or parts.fragment or "@" in parts.netloc) and port != 0
    return inside and bare and parts.scheme in ("http", "https")

"""Files from the chat: told by their first bytes, cleaned in a process of their own (security.md R55, R58).

Callers use what is named here. cleaning.py, picture.py and voice.py hold the decoders and are loaded by the child only,
so Pillow and PyAV are in no web or worker process.
"""

from bot.media.amr import amr_seconds
from bot.media.apart import clean_in_child
from bot.media.outcome import LARGEST, BadMedia, Cleaned, Reason
from bot.media.signature import sniff

__all__ = ["LARGEST", "BadMedia", "Cleaned", "Reason", "amr_seconds", "clean_in_child", "sniff"]

"""What the bot tells a veteran when somebody takes the chat, hands it on, or ends it."""

from __future__ import annotations

from handlers.kit.phrase import Phrase

TAKEN = Phrase("reception.taken", "接待室的{who}来了，现在是{who}在和您说话。有话直接说，打字、说话都行。")
HANDED_TO = Phrase("reception.handed_to", "{who}请{name}同志接着帮您办。您不用再说一遍。")
HANDED_ON = Phrase("reception.handed_on", "{who}请接待室别的同志接着帮您办。您不用再说一遍。")
ANOTHER_GOES_ON = Phrase(
    "reception.another_goes_on", "对不住，让您久等了。接待室换一位同志接着帮您办，您不用再说一遍。"
)
CLOSED_BY = Phrase("reception.closed_by", "{who}先说到这里。还有事，随时回复 8 找人。")
CLOSED_AFTER_CRISIS = Phrase(
    "reception.closed_after_crisis",
    "{who}先说到这里。什么时候想说话，回复 8。有危险，马上打 110、120；想找人说，打 12356。",
)
ASK_RATING = Phrase("reception.ask_rating", "{who}接待完了。您满意吗？\n1 满意\n2 一般\n3 不满意")

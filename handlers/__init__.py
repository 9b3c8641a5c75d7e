"""What the bot can talk about. The order is meaning: the first that wants a message has it."""

from handlers.complaint import COMPLAINT
from handlers.front_desk import FRONT_DESK
from handlers.kit.turn import Dialogue
from handlers.my_data import MY_DATA
from handlers.my_matters import MY_MATTERS
from handlers.notices import NOTICES
from handlers.petition import PETITION
from handlers.policy import POLICY
from handlers.rating import RATING
from handlers.reception import RECEPTION, WAITING
from handlers.reminder import REMINDER
from handlers.urgent import URGENT

DIALOGUES: tuple[Dialogue, ...] = (
    URGENT,
    MY_DATA,
    NOTICES,
    FRONT_DESK,
    MY_MATTERS,
    REMINDER,
    RECEPTION,
    RATING,
    PETITION,
    COMPLAINT,
    WAITING,
    POLICY,
)
BY_NAME = {dialogue.name: dialogue for dialogue in DIALOGUES}

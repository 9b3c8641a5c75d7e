"""Reminders of a day that must not be missed"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("matter_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("falls_on", sa.Date(), nullable=False),
        sa.Column("earliest", sa.Boolean(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_reminders_conversation_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_reminders_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
    )
    op.create_index("ix_reminders_conversation_id", "reminders", ["conversation_id"], unique=False)
    op.create_index("ix_reminders_next_at", "reminders", ["next_at"], unique=False)

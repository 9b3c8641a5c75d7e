"""Drafts that the office's own helper model writes for whoever speaks with a veteran"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "model_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("articles", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("trouble", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name="fk_model_drafts_by_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_model_drafts_message_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["reception_tickets.id"], name="fk_model_drafts_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_model_drafts"),
        sa.UniqueConstraint("uid", name="uq_model_drafts_uid"),
    )
    op.create_index("ix_model_drafts_by_id_at", "model_drafts", ["by_id", "at"], unique=False)
    op.create_index("ix_model_drafts_ticket_id", "model_drafts", ["ticket_id"], unique=False)

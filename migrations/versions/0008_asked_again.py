"""Questions that were dealt with, who waits for an answer to them, and answers of volunteers for the editors"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "dealt_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words_index", sa.String(length=40), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name="fk_dealt_questions_by_id"),
        sa.ForeignKeyConstraint(["version_id"], ["policy_versions.id"], name="fk_dealt_questions_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dealt_questions"),
        sa.UniqueConstraint("words_index", name="uq_dealt_questions_words_index"),
    )
    op.create_table(
        "askers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_askers_conversation_id"),
        sa.ForeignKeyConstraint(["version_id"], ["policy_versions.id"], name="fk_askers_version_id"),
        sa.PrimaryKeyConstraint("id", name="pk_askers"),
        sa.UniqueConstraint("conversation_id", "version_id", name="uq_askers_conversation_id_version_id"),
    )
    op.create_index("ix_askers_version_id", "askers", ["version_id"], unique=False)
    op.create_table(
        "suggested_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reply_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name="fk_suggested_answers_by_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_suggested_answers_conversation_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_suggested_answers_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_suggested_answers"),
        sa.UniqueConstraint("uid", name="uq_suggested_answers_uid"),
        sa.UniqueConstraint("message_id", name="uq_suggested_answers_message_id"),
    )
    op.create_index("ix_suggested_answers_conversation_id", "suggested_answers", ["conversation_id"], unique=False)

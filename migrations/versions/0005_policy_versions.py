"""The office's own articles in versions, and the questions they are tried on"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("article_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("what_changed", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("saved", sa.Integer(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("check_of", sa.String(length=64), nullable=False),
        sa.Column("check_result", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name="fk_policy_versions_approved_by_id"),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name="fk_policy_versions_written_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_policy_versions"),
        sa.UniqueConstraint("uid", name="uq_policy_versions_uid"),
        sa.UniqueConstraint("article_id", "number", name="uq_policy_versions_article_id_number"),
    )
    for state in ("live", "draft"):
        only = sa.text(f"state = '{state}'")
        op.create_index(
            f"uq_policy_versions_{state}", "policy_versions", ["article_id"],
            unique=True, postgresql_where=only, sqlite_where=only,
        )  # fmt: skip
    op.create_table(
        "saved_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("article_id", sa.String(length=20), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["saved_by_id"], ["users.id"], name="fk_saved_questions_saved_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_questions"),
        sa.UniqueConstraint("uid", name="uq_saved_questions_uid"),
        sa.UniqueConstraint("words", name="uq_saved_questions_words"),
    )
    op.create_index("ix_saved_questions_article_id", "saved_questions", ["article_id"], unique=False)
    op.create_table(
        "learned_indexes",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("learned_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_learned_indexes"),
    )

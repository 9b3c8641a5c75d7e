"""Reasons stated without a matter; who wants no notices though gone; who signs up for an event"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "stated_reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_stated_reasons_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stated_reasons"),
        sa.UniqueConstraint("uid", name="uq_stated_reasons_uid"),
    )
    op.create_index("ix_stated_reasons_user_id_about", "stated_reasons", ["user_id", "about"], unique=False)
    op.create_table(
        "no_notices",
        sa.Column("contact_index", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("contact_index", name="pk_no_notices"),
    )
    op.add_column("broadcast_recipients", sa.Column("signed_up_at", UtcDateTime(), nullable=True))

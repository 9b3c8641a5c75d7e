"""Laws and notices by their articles"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "law_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("issuer", sa.String(length=100), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=False),
        sa.Column("adopted", sa.Date(), nullable=True),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("brought_by_id", sa.Integer(), nullable=False),
        sa.Column("brought_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name="fk_law_texts_approved_by_id"),
        sa.ForeignKeyConstraint(["brought_by_id"], ["users.id"], name="fk_law_texts_brought_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_law_texts"),
        sa.UniqueConstraint("uid", name="uq_law_texts_uid"),
    )
    op.create_index("ix_law_texts_name", "law_texts", ["name"], unique=False)
    op.create_index(
        "uq_law_texts_live",
        "law_texts",
        ["name", "region", "effective"],
        unique=True,
        postgresql_where=sa.text("state = 'live'"),
        sqlite_where=sa.text("state = 'live'"),
    )
    op.create_table(
        "law_articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("law_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("anchor", sa.String(length=40), nullable=False),
        sa.Column("heading", sa.String(length=400), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["law_id"], ["law_texts.id"], name="fk_law_articles_law_id"),
        sa.PrimaryKeyConstraint("id", name="pk_law_articles"),
        sa.UniqueConstraint("law_id", "anchor", name="uq_law_articles_law_id_anchor"),
    )

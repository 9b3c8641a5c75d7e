"""Reviews (复查, 复核): which petition one is about, and at which stage it stands"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("petitions", sa.Column("stage", sa.Integer(), nullable=False, server_default="0"))
    key = sa.ForeignKey("cases.id", name="fk_petitions_review_of_id")
    # SQLite takes the reference with the column only, never afterwards.
    op.add_column("petitions", sa.Column("review_of_id", sa.Integer(), key, nullable=True), inline_references=True)
    op.create_index("ix_petitions_review_of_id", "petitions", ["review_of_id"])

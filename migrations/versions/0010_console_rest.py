"""Whether a wish about notices is in the list that outlives the database; what the scan code of a station says"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "conversations", sa.Column("no_notices_listed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("no_notices", sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("stations", sa.Column("scan_address", sa.String(length=200), nullable=False, server_default=""))

"""The console: accounts, sign-ins, proposals, notices, the petition's clock"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime, new_uid
from models.conversation import SHANGHAI

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _extend_users()
    _create_accounts()
    _create_desk()
    _create_notices()
    _create_words()
    _extend_tables()


def _extend_users() -> None:
    op.add_column("users", sa.Column("uid", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("users", sa.Column("person", sa.String(length=16), nullable=False, server_default=""))
    op.add_column("users", sa.Column("password_hash", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("users", sa.Column("totp_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("users", sa.Column("totp_since", UtcDateTime(), nullable=True))
    op.add_column("users", sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("users", sa.Column("setup_hash", sa.String(length=64), nullable=True))
    op.add_column("users", sa.Column("setup_until", UtcDateTime(), nullable=True))
    op.add_column("users", sa.Column("epoch", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("users", sa.Column("on_duty", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("users", sa.Column("disabled_at", UtcDateTime(), nullable=True))
    users = sa.table("users", sa.column("id"), sa.column("uid"), sa.column("person"))
    connection = op.get_bind()
    for (user_id,) in connection.execute(sa.select(users.c.id)).all():
        named = {"uid": new_uid(), "person": new_uid()}
        connection.execute(users.update().where(users.c.id == user_id).values(named))
    op.create_index("uq_users_uid", "users", ["uid"], unique=True)


def _create_accounts() -> None:
    op.create_table(
        "sign_in_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_index", sa.String(length=40), nullable=False),
        sa.Column("network_index", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_account_index", "sign_in_tries", ["account_index"], unique=False)
    op.create_index("ix_sign_in_tries_at", "sign_in_tries", ["at"], unique=False)
    op.create_index("ix_sign_in_tries_network_index", "sign_in_tries", ["network_index"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_index", sa.String(length=40), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_recovery_codes_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"], unique=False)
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("from_at", UtcDateTime(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.Column("granted_by", sa.String(length=60), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["users.id"], name="fk_role_grants_confirmed_by_id"),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name="fk_role_grants_station_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_role_grants_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_role_grants"),
    )
    op.create_index("ix_role_grants_user_id", "role_grants", ["user_id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("own_device", sa.Boolean(), nullable=False),
        sa.Column("factor_at", UtcDateTime(), nullable=True),
        sa.Column("proved_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_ins_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_ins"),
        sa.UniqueConstraint("token_hash", name="uq_sign_ins_token_hash"),
    )
    op.create_index("ix_sign_ins_user_id", "sign_ins", ["user_id"], unique=False)


def _create_desk() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_drafts_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("user_id", "place", name="uq_drafts_user_id_place"),
    )
    op.create_table(
        "submissions",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_submissions_user_id"),
        sa.PrimaryKeyConstraint("key", name="pk_submissions"),
    )
    op.create_index("ix_submissions_at", "submissions", ["at"], unique=False)
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_canned_replies"),
    )
    op.create_table(
        "ticket_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["reception_tickets.id"], name="fk_ticket_notes_ticket_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_ticket_notes_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_notes"),
    )
    op.create_index("ix_ticket_notes_ticket_id", "ticket_notes", ["ticket_id"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name="fk_approvals_decided_by_id"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["users.id"], name="fk_approvals_proposed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
        sa.UniqueConstraint("uid", name="uq_approvals_uid"),
    )
    op.create_index("ix_approvals_subject", "approvals", ["subject"], unique=False)
    op.create_table(
        "interests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_interests_case_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_interests_conversation_id"),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["users.id"], name="fk_interests_lifted_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_interests"),
    )
    op.create_index("ix_interests_case_id", "interests", ["case_id"], unique=False)
    op.create_index("ix_interests_conversation_id", "interests", ["conversation_id"], unique=False)
    op.create_index("ix_interests_person", "interests", ["person"], unique=False)


def _create_notices() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=600), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("station_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("send_at", UtcDateTime(), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("spread_to_id", sa.Integer(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("stopped_by_id", sa.Integer(), nullable=True),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name="fk_broadcasts_approved_by_id"),
        sa.ForeignKeyConstraint(["station_id"], ["stations.id"], name="fk_broadcasts_station_id"),
        sa.ForeignKeyConstraint(["stopped_by_id"], ["users.id"], name="fk_broadcasts_stopped_by_id"),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name="fk_broadcasts_written_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
        sa.UniqueConstraint("uid", name="uq_broadcasts_uid"),
    )
    op.create_table(
        "broadcast_recipients",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("trouble", sa.String(length=80), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_broadcast_recipients_broadcast_id"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_broadcast_recipients_conversation_id"
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_broadcast_recipients_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcast_recipients"),
        sa.UniqueConstraint(
            "broadcast_id", "conversation_id", name="uq_broadcast_recipients_broadcast_id_conversation_id"
        ),
    )
    op.create_index(
        "ix_broadcast_recipients_broadcast_id_way", "broadcast_recipients", ["broadcast_id", "way"], unique=False
    )
    op.create_index(
        "ix_broadcast_recipients_conversation_id", "broadcast_recipients", ["conversation_id"], unique=False
    )
    op.create_index("ix_broadcast_recipients_message_id", "broadcast_recipients", ["message_id"], unique=False)


def _create_words() -> None:
    op.create_table(
        "wordings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=400), nullable=False),
        sa.Column("default_then", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name="fk_wordings_approved_by_id"),
        sa.ForeignKeyConstraint(["written_by_id"], ["users.id"], name="fk_wordings_written_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_wordings"),
        sa.UniqueConstraint("uid", name="uq_wordings_uid"),
    )
    op.create_index("ix_wordings_key", "wordings", ["key"], unique=False)
    op.create_index(
        "uq_wordings_live",
        "wordings",
        ["key"],
        unique=True,
        postgresql_where=sa.text("state = 'live'"),
        sqlite_where=sa.text("state = 'live'"),
    )
    op.create_table(
        "retired_articles",
        sa.Column("article_id", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("retired_by_id", sa.Integer(), nullable=False),
        sa.Column("approved_by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by_id"], ["users.id"], name="fk_retired_articles_approved_by_id"),
        sa.ForeignKeyConstraint(["retired_by_id"], ["users.id"], name="fk_retired_articles_retired_by_id"),
        sa.PrimaryKeyConstraint("article_id", name="pk_retired_articles"),
    )


def _extend_tables() -> None:
    _refer("case_events", "user_id", "users")
    op.add_column("case_events", sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.true()))

    _refer("cases", "officer_id", "users")
    op.add_column("cases", sa.Column("restricted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("cases", sa.Column("due_on", sa.Date(), nullable=True))
    op.create_index("ix_cases_due_on", "cases", ["due_on"])
    op.create_index("ix_cases_officer_id", "cases", ["officer_id"])

    _refer("conversations", "station_id", "stations")
    op.add_column("conversations", sa.Column("no_notices_at", UtcDateTime(), nullable=True))

    op.add_column("petitions", sa.Column("told_at", UtcDateTime(), nullable=True))
    op.add_column("petitions", sa.Column("accepted_at", UtcDateTime(), nullable=True))
    op.add_column("petitions", sa.Column("extended_days", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("petitions", sa.Column("answered_at", UtcDateTime(), nullable=True))
    op.add_column("petitions", sa.Column("answer_sealed", sa.LargeBinary(), nullable=True))

    _refer("reception_tickets", "handed_to_id", "users")
    _refer("reception_tickets", "closed_by_id", "users")
    op.add_column("reception_tickets", sa.Column("handed_at", UtcDateTime(), nullable=True))
    op.add_column("reception_tickets", sa.Column("returned", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("reception_tickets", sa.Column("summary_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("reception_tickets", sa.Column("rating", sa.Integer(), nullable=True))
    op.add_column("reception_tickets", sa.Column("rated_at", UtcDateTime(), nullable=True))
    op.add_column("reception_tickets", sa.Column("changed_at", UtcDateTime(), nullable=True))
    op.create_index("ix_reception_tickets_changed_at", "reception_tickets", ["changed_at"])

    op.add_column("stations", sa.Column("duty", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("stations", sa.Column("closed", sa.Boolean(), nullable=False, server_default=sa.false()))
    _tell_petitions_their_day()


def _refer(table: str, column: str, other: str) -> None:
    """A new column that refers to another table. SQLite takes the reference with the column only, never afterwards."""
    key = sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{column}")
    op.add_column(table, sa.Column(column, sa.Integer(), key, nullable=True), inline_references=True)


def _tell_petitions_their_day() -> None:
    """Open petitions get the day by which the veteran has to be told: 15 days after filing (条例 22, 23)."""
    cases = sa.table("cases", *(sa.column(name) for name in ("id", "filed_at", "closed_at", "due_on", "kind")))
    filed = sa.select(cases.c.id, sa.type_coerce(cases.c.filed_at, UtcDateTime()))
    connection = op.get_bind()
    for case_id, at in connection.execute(filed.where(cases.c.closed_at.is_(None), cases.c.kind == "petition")).all():
        day = (at.astimezone(SHANGHAI) + dt.timedelta(days=15)).date()
        due = cases.update().where(cases.c.id == case_id)
        connection.execute(due.values(due_on=sa.literal(day, sa.Date())))

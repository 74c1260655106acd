"""Add access rules of documents."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "access_changes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_key", sa.String(length=32), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_access_changes_document_id", "access_changes", ["document_id"])

    op.create_table(
        "access_rules",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )

    op.create_table(
        "document_access",
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("rule_key", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["rule_key"], ["access_rules.key"]),
        sa.PrimaryKeyConstraint("document_id"),
    )
    op.create_index("ix_document_access_rule_key", "document_access", ["rule_key"])


def downgrade() -> None:
    op.drop_table("document_access")
    op.drop_table("access_rules")
    op.drop_table("access_changes")

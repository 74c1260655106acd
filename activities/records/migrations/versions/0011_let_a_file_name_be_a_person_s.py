"""Let a file name be a person's."""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("named_by", sa.String(length=80), server_default="", nullable=False))
        batch_op.drop_index(batch_op.f("ix_documents_source"))
        batch_op.create_index(batch_op.f("ix_documents_source"), ["source", "named_by"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_source"))
        batch_op.create_index(batch_op.f("ix_documents_source"), ["source"], unique=True)
        batch_op.drop_column("named_by")

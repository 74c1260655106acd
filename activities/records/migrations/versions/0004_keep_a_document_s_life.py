"""Keep a document's life."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    op.create_table(
        "knowledge_events",
        sa.Column("id", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.String(length=64), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("knowledge_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_knowledge_events_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_knowledge_events_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_knowledge_events_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_knowledge_events_document_id"), ["document_id"], unique=False)

    op.create_table(
        "signature_bands",
        sa.Column("band", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("band", "document_id"),
    )
    with op.batch_alter_table("signature_bands", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signature_bands_document_id"), ["document_id"], unique=False)

    op.create_table(
        "confirmations",
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requested", sa.String(length=16), nullable=False),
        sa.Column("suggested", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided", sa.String(length=16), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id", "version"],
            ["document_versions.document_id", "document_versions.version"],
            name="fk_confirmations_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "version"),
    )
    op.create_table(
        "version_details",
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id", "version"],
            ["document_versions.document_id", "document_versions.version"],
            name="fk_version_details_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "version"),
    )
    with op.batch_alter_table("version_details", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_version_details_text_hash"), ["text_hash"], unique=False)

    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("floor", sa.String(length=16), nullable=False, server_default="public"))
        batch_op.create_index(batch_op.f("ix_documents_merged_into"), ["merged_into"], unique=False)

    describe_versions()


def describe_versions() -> None:
    """Versions from before have what their document has now."""
    described = ("document_id", "version", "title", "language", "media_type", "text_hash", "signature")
    details = sa.table("version_details", *(sa.column(name) for name in described))
    versions = sa.table("document_versions", sa.column("document_id"), sa.column("version"))
    names = ("id", "title", "language", "media_type")
    documents = sa.table("documents", *(sa.column(name) for name in names))
    known = (
        versions.c.document_id,
        versions.c.version,
        documents.c.title,
        documents.c.language,
        documents.c.media_type,
    )
    nothing = (sa.literal("", sa.String), sa.literal(b"", sa.LargeBinary))
    rows = sa.select(*known, *nothing).join_from(versions, documents, documents.c.id == versions.c.document_id)
    op.execute(details.insert().from_select(described, rows))


def downgrade() -> None:
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_documents_merged_into"))
        batch_op.drop_column("floor")
        batch_op.drop_column("merged_into")

    with op.batch_alter_table("version_details", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_version_details_text_hash"))

    op.drop_table("version_details")
    op.drop_table("confirmations")
    with op.batch_alter_table("signature_bands", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signature_bands_document_id"))

    op.drop_table("signature_bands")
    with op.batch_alter_table("knowledge_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_knowledge_events_document_id"))
        batch_op.drop_index(batch_op.f("ix_knowledge_events_at"))
        batch_op.drop_index(batch_op.f("ix_knowledge_events_actor_id"))
        batch_op.drop_index(batch_op.f("ix_knowledge_events_action"))

    op.drop_table("knowledge_events")

"""The index that pages of one source are read by."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("readings_source_id_idx", "readings", ["source", "id"])


def downgrade() -> None:
    op.drop_index("readings_source_id_idx", table_name="readings")

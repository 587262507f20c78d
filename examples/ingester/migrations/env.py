"""How migrations reach the database: by DATABASE_URL, like the service itself."""

from alembic import context
from sqlalchemy import create_engine

from app.models import Base
from app.settings import Settings


def run() -> None:
    engine = create_engine(Settings.from_environment().database_url)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()

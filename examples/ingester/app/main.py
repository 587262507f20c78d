"""The application: `uvicorn app.main:app`."""

from contextlib import asynccontextmanager
from typing import AsyncIterator, Optional

from fastapi import FastAPI

from app import cache, db
from app.routes import router
from app.settings import Settings


def create_app(settings: Optional[Settings] = None) -> FastAPI:
    """An application that connects when it starts, so that importing it needs no service."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        known = settings or Settings.from_environment()
        app.state.engine = db.connect(known.database_url)
        app.state.redis = cache.connect(known.redis_url)
        app.state.seen = cache.Seen(app.state.redis, known.seen_seconds)
        yield
        app.state.redis.close()
        app.state.engine.dispose()

    app = FastAPI(title="ingester", lifespan=lifespan)
    app.include_router(router)
    return app


app = create_app()

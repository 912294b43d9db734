"""The application, assembled. What it does is in the modules it names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from stratascope import __version__
from stratascope.catalog import load_catalog
from stratascope.models.library import Library
from stratascope.problem import Problem
from stratascope.settings import Settings
from stratascope.web import (
    analyses,
    cards,
    drafts,
    examples,
    gallery,
    health,
    models,
    prompt_sets,
    results,
    runs,
    schema,
)
from stratascope.web.errors import HANDLERS
from stratascope.web.frontend import Frontend
from stratascope.web.methods import methods_router
from stratascope.web.responses import SafeJSON
from stratascope.web.security import Edge, host_names
from stratascope.web.services import running


def create_app(settings: Settings) -> FastAPI:
    """The server's application. Nothing is opened or started before its lifespan begins."""
    catalog, library, page = load_catalog(settings.methods), Library(settings.models, {}), Frontend()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            async with running(settings, catalog, library) as app.state.services:
                yield
        except Problem as problem:
            app.state.failure = problem.message
            raise

    app = FastAPI(
        title="Stratascope",
        summary="See through a transformer language model, layer by layer.",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        redirect_slashes=False,
        default_response_class=SafeJSON,
        middleware=[Middleware(Edge, hosts=host_names(settings))],
        exception_handlers=HANDLERS | {404: page.on_missing},
        responses=schema.ERRORS,
    )
    api = APIRouter(prefix="/api/v1")
    for router in (health, cards, models, runs, results, analyses, drafts, examples, gallery, prompt_sets, schema):
        api.include_router(router.router)
    api.include_router(methods_router(catalog))
    app.include_router(api)
    app.include_router(schema.router)
    app.include_router(page.router())
    return app

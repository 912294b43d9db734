"""Cards of the bundled models."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import APIRouter

from stratascope.problem import Problem
from stratascope.specimen.card import read_card
from stratascope.specimen.manifest import BundleError
from stratascope.specimen.prompts import bundle_path
from stratascope.web import schemas
from stratascope.web.deps import Id, ServicesDep
from stratascope.web.models import find_model

router = APIRouter(prefix="/models", tags=["models"])


@router.get("/{id}/card", operation_id="model_card")
async def model_card(model_id: Id, services: ServicesDep) -> schemas.ModelCard:
    """How a bundled model was made, what it was measured to do, and what does not hold on it."""
    entry = await find_model(model_id, services)
    card = None
    if entry.source == "bundled":
        with suppress(BundleError):  # a bundle that cannot be read has no cards
            card = await asyncio.to_thread(read_card, bundle_path(), entry.id)
    if card is None:
        raise Problem(
            "no_card",
            f"{entry.id} comes without a card; only bundled models have one.",
            status=404,
            remedy="Look at its measured checks on the models page",
        )
    return schemas.ModelCard(**card)

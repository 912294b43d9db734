"""Prompts to begin with, whose answers are known."""

from __future__ import annotations

from fastapi import APIRouter

from stratascope.specimen.prompts import EXAMPLES
from stratascope.web import schemas
from stratascope.web.deps import ServicesDep

router = APIRouter(tags=["examples"])


@router.get("/examples", operation_id="list_examples")
async def list_examples(services: ServicesDep) -> schemas.ExampleList:
    """Prompts for the bundled model, each with the expected answer, a rival and what to look for."""
    bundled = [entry.id for entry in services.library.list() if entry.source == "bundled"]
    return schemas.ExampleList(
        examples=[
            schemas.Example(
                id=example.id,
                title=example.title,
                model=bundled[0],
                prompt=example.prompt,
                target=example.target,
                distractor=example.distractor,
                note=example.look_for,
            )
            for example in EXAMPLES
            if bundled
        ]
    )

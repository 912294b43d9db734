"""How answers are written: strict JSON, or one safetensors file, chosen by the Accept header."""

from __future__ import annotations

import math
from typing import Any

import orjson
from starlette.responses import JSONResponse, Response

from stratascope.document import JSON_TYPE, TENSORS_TYPE, Document

IMMUTABLE = "public, max-age=31536000, immutable"
"""Cache-Control of what never changes under its address."""

REVALIDATE = "no-cache"
"""Cache-Control of what may be kept, but must be asked for again."""


class SafeJSON(JSONResponse):
    """JSON that every parser reads: numbers that are not finite become null."""

    def render(self, content: Any) -> bytes:
        """The body in UTF-8."""
        return orjson.dumps(content)


def wants_tensors(accept: str | None) -> bool:
    """Whether an Accept header asks for tensors rather than JSON. Anything unclear means JSON."""
    tensors, json = _quality(accept or "", TENSORS_TYPE), _quality(accept or "", JSON_TYPE)
    return tensors > 0 and tensors >= json


def _quality(accept: str, media_type: str) -> float:
    """The weight an Accept header gives exactly this type; 0 when it does not name it."""
    for entry in accept.split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        if name == media_type:
            return _weight(parameters)
    return 0.0


def _weight(parameters: list[str]) -> float:
    stated = [part.removeprefix("q=") for part in parameters if part.startswith("q=")]
    try:
        weight = float(stated[0]) if stated else 1.0
    except ValueError:
        return 0.0
    return weight if math.isfinite(weight) else 0.0


def encode(body: bytes, tensors: bool) -> bytes:
    """A stored document as the client asked for it. Takes a moment for large ones: call it off the event loop."""
    return body if tensors else Document.from_tensors(body).to_json()


def document_response(content: bytes, tensors: bool, key: str, **headers: str) -> Response:
    """An encoded document with its ETag."""
    kind = TENSORS_TYPE if tensors else JSON_TYPE
    return Response(content, media_type=kind, headers={"etag": f'"{tag(key, tensors)}"', "vary": "accept", **headers})


def tag(key: str, tensors: bool) -> str:
    """What names one encoding of a document. A browser that has the other one must not be told to take that."""
    return f"{key}-tensors" if tensors else key


def holds(if_none_match: str | None, key: str) -> bool:
    """Whether the client already has the document with this key."""
    tags = (tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(","))
    return any(tag in (f'"{key}"', "*") for tag in tags)

"""The latest results, in memory: so that they can be drawn and exported even when the disk takes nothing more."""

from __future__ import annotations

from collections import OrderedDict

RECENT_BYTES = 64 << 20


class Recent:
    """Results by key, at most `limit` bytes of them; the least recently asked for go first."""

    def __init__(self, limit: int = RECENT_BYTES) -> None:
        self._limit, self._bytes = limit, 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        """The result, if it is still here."""
        if key not in self._bodies:
            return None
        self._bodies.move_to_end(key)
        return self._bodies[key]

    def put(self, key: str, body: bytes) -> None:
        """Keep a result for a while."""
        self._bytes += len(body) - len(self._bodies.pop(key, b""))
        self._bodies[key] = body
        while self._bytes > self._limit:
            _, oldest = self._bodies.popitem(last=False)
            self._bytes -= len(oldest)

"""Room for weights: which models must go before another one fits. Asked by the worker that lets them go, and beforehand."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def leaving(held: Mapping[str, int], needed: int, limit: int, keep: Collection[str] = ()) -> list[str]:
    """Ids of the models to let go so that `needed` more bytes stay within `limit`; as many as may if that is not enough.

    `held` are the bytes of the models in memory, the least recently used first; those in `keep` stay.
    """
    gone, used = list[str](), sum(held.values())
    for model_id, size in held.items():
        if used + needed <= limit:
            break
        if model_id not in keep:
            gone.append(model_id)
            used -= size
    return gone

"""Fidelity: how far everything that is read off a model lies from what the library itself computes.

Measured when a model is loaded, on a short fixed probe, and shown beside every picture. A capability whose number is
beyond its limit is withheld, with the number in the reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import torch
from pydantic import Field
from torch import Tensor

from stratascope.method import Capability
from stratascope.models.attention import pattern
from stratascope.models.capture import captured_forward
from stratascope.models.missing import missing_capabilities
from stratascope.models.neurons import added_by_neurons, neuron_activations
from stratascope.models.run import Run
from stratascope.problem import Problem
from stratascope.result import Frozen

if TYPE_CHECKING:
    from stratascope.models.model import Model

PROBE_TOKENS = 12
ROUND_TRIP_TEXTS = 256


class Fidelity(Frozen):
    """Largest deviations on the probe; None where the part was not found.

    `max_logit_difference`: the network's logits while captured, against the plain forward. `lens_error`: logits of the
    last residual row through our unembedding, against the network's. Both absolute. Relative to the largest entry:
    `residual_contract_error` (stream = stream before + attention + MLP), `head_sum_error` (heads add up to attention),
    `pattern_error` (pattern times values = what the heads read), `norm_error` (frozen final norm = final norm),
    `neuron_error` (values of an MLP's neurons times what they write = MLP).
    `special` names what sets the architecture apart. `round_trip_failures` counts, of `round_trip_texts` tokens of the
    vocabulary, those whose text does not come back from reading it. `limits` holds, for each number, the largest accepted;
    `probe_tokens`, `seconds` and `measured` (ISO 8601) say what the measurement was.
    """

    max_logit_difference: float
    lens_error: float
    norm_error: float
    residual_contract_error: float | None
    head_sum_error: float | None
    pattern_error: float | None
    neuron_error: float | None = None
    round_trip_failures: int = 0
    special: tuple[str, ...] = ()
    round_trip_texts: int = 0
    limits: dict[str, float] = Field(default_factory=dict)
    probe_tokens: int = 0
    seconds: float = 0.0
    measured: str = ""


class Measured(Frozen):
    """Fidelity with the capabilities that follow from it and the reason for each one missing."""

    fidelity: Fidelity
    capabilities: frozenset[Capability]
    missing: dict[Capability, str]


def probe_ids(vocabulary: int, context: int) -> Tensor:
    """Token ids [position] spread over the vocabulary, the same for every model of this size."""
    count = min(PROBE_TOKENS, context)
    return (torch.arange(count) * 7919 + 11) % vocabulary


@torch.no_grad()
def plain_logits(network: torch.nn.Module, ids: Tensor) -> Tensor:
    """The library's own forward pass: float32 [position, vocabulary]. Raises `forward_failed`."""
    try:
        logits: Tensor = network(input_ids=ids[None], use_cache=False).logits[0]
    except Exception as error:
        raise Problem(
            "forward_failed",
            f"{type(network).__name__} was built from config.json but cannot run ({type(error).__name__}).",
            remedy="Use the config.json that belongs to these weights",
        ) from error
    return logits.float()


def measure(model: Model, ids: Tensor, plain: Tensor, altered: Tensor) -> Measured:
    """Compare a captured run of `ids` with `plain`, the logits the library gave before anything was changed.

    `altered` are its logits with another last token, which a causal model ignores at every earlier position.
    Raises `unfaithful` if even the logits differ: nothing drawn from such a model could be believed.
    """
    started = time.monotonic()
    run, captured = captured_forward(model, ids, every_position=True)
    captured = captured.float()
    size = float(plain.abs().max())
    failures, texts = _round_trip(model)
    fidelity = Fidelity(
        max_logit_difference=_difference(captured, plain),
        lens_error=_difference(run.logits(), captured),
        norm_error=_norm_error(model, run),
        residual_contract_error=_worst(model, run, _contract_error),
        head_sum_error=_worst(model, run, _head_sum_error),
        pattern_error=_worst(model, run, _pattern_error),
        neuron_error=_worst(model, run, _neuron_error),
        round_trip_failures=failures,
        special=tuple(_special(model)),
        round_trip_texts=texts,
        limits=_limits(model.unembedding.weight.dtype, size),
        probe_tokens=len(ids),
        seconds=round(time.monotonic() - started, 3),
        measured=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    _refuse_unfaithful(model, fidelity)
    leak = _difference(plain[:-1], altered[:-1])
    missing = missing_capabilities(model, fidelity, leak, limit(model.unembedding.weight.dtype))
    every: frozenset[Capability] = frozenset(
        {"causal", "heads", "neurons", "patterns", "residual_contract", "sequential_blocks"}
    )
    origin: frozenset[Capability] = frozenset({"bundled"} if model.entry.source == "bundled" else ())
    return Measured(fidelity=fidelity, capabilities=origin | every - missing.keys(), missing=missing)


def limit(dtype: torch.dtype) -> float:
    """The largest relative deviation accepted for weights of this number format."""
    return 1e-5 if dtype in (torch.float32, torch.float64) else 2e-2


def _limits(dtype: torch.dtype, size: float) -> dict[str, float]:
    """The largest accepted deviation of each number; logits are as large as `size`."""
    accepted = limit(dtype)
    logits = 10 * accepted * max(size, 1.0)
    return {
        "max_logit_difference": logits,
        "lens_error": logits,
        "norm_error": 10 * accepted,
        "residual_contract_error": accepted,
        "head_sum_error": 10 * accepted,
        "pattern_error": 10 * accepted,
        "neuron_error": 10 * accepted,
        "round_trip_failures": 0,
    }


def _round_trip(model: Model) -> tuple[int, int]:
    """Of tokens spread over the vocabulary that are whole characters: how many do not come back, and how many there are."""
    step = max(1, model.vocabulary // ROUND_TRIP_TEXTS)
    tokens = (model.token(token_id) for token_id in range(0, model.vocabulary, step))
    texts = [token.text for token in tokens if token.text and not token.special and "\ufffd" not in token.text]
    return sum(not model.text.returns(text) for text in texts), len(texts)


def _refuse_unfaithful(model: Model, fidelity: Fidelity) -> None:
    worst = max(fidelity.max_logit_difference, fidelity.lens_error)
    if not worst <= fidelity.limits["max_logit_difference"]:
        raise Problem(
            "unfaithful",
            f"Reading {model.id} changes its logits by {worst:.1e}: its architecture ({model.entry.architecture}) does "
            "something that is not followed here.",
            remedy="Choose a model of another architecture",
        )


def _worst(model: Model, run: Run, error: Callable[[Model, Run, int], float]) -> float | None:
    """The largest error over layers, None where a part is missing or cannot be computed in any of them."""
    try:
        return max(error(model, run, layer) for layer in range(model.layers))
    except Exception:  # a family's own code may fail in any way; all that follows is that the capability is missing
        return None


def _contract_error(model: Model, run: Run, layer: int) -> float:
    before, after = run.resid[layer].float(), run.resid[layer + 1].float()
    return _relative(before + run.attn_out[layer].float() + run.mlp_out[layer].float(), after)


def _head_sum_error(model: Model, run: Run, layer: int) -> float:
    total, bias = model.head_output(run, layer).sum(0), model.head_bias(layer, run)
    return _relative(total if bias is None else total + bias, run.attn_out[layer].float())


def _pattern_error(model: Model, run: Run, layer: int) -> float:
    weights, values, z = pattern(run.record(layer)), run.value(layer).float(), run.z(layer).float()
    values = values.repeat_interleave(weights.shape[0] // values.shape[0], 0)
    return _relative((weights @ values).transpose(0, 1), z)


def _neuron_error(model: Model, run: Run, layer: int) -> float:
    values = neuron_activations(model, run, layer)
    return _relative(added_by_neurons(model, layer, values), run.mlp_out[layer].float())


def _norm_error(model: Model, run: Run) -> float:
    x = run.resid[-1]
    frozen = model.unembedding.frozen(x)
    return _relative(frozen.apply(x) + frozen.constant, model.unembedding.norm(x).float())


def _relative(value: Tensor, expected: Tensor) -> float:
    return _difference(value, expected) / max(float(expected.abs().max()), 1e-30)


def _difference(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max()) if one.numel() else 0.0


def _special(model: Model) -> Iterator[str]:
    layers, unembedding = model.structure.layers, model.unembedding
    if not all(layer.sequential for layer in layers):
        yield "attention and MLP read the same stream"
    if any(layer.post_norms for layer in layers):
        yield "norms behind attention"
    if model.key_value_heads != model.heads:
        yield f"{model.heads} query heads share {model.key_value_heads} key-value heads"
    multipliers = {number for layer in layers for number in (layer.attention_multiplier, layer.mlp_multiplier)}
    if multipliers != {1.0}:
        yield "residual multiplier " + ", ".join(f"{number:g}" for number in sorted(multipliers))
    if unembedding.scale != 1.0:
        yield f"logits times {unembedding.scale:g}"
    if unembedding.softcap is not None:
        yield f"logits capped at {unembedding.softcap:g}"

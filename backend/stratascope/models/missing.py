"""Why a model lacks a capability: what was measured of it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.method import Capability
from stratascope.models.neurons import why_no_neurons

if TYPE_CHECKING:
    from stratascope.models.fidelity import Fidelity
    from stratascope.models.model import Model


def missing_capabilities(model: Model, fidelity: Fidelity, leak: float, accepted: float) -> dict[Capability, str]:
    """Every capability whose number is not within its limit, with the reason.

    `leak` is how far logits depend on later tokens, `accepted` the largest relative deviation for the model's weights.
    """
    missing: dict[Capability, str] = {}
    if leak > accepted * 10:
        missing["causal"] = f"{model.id} lets earlier positions see later tokens."
    if reason := _contract_reason(model, fidelity, accepted):
        missing["residual_contract"] = reason
    if fidelity.pattern_error is None or fidelity.pattern_error > 10 * accepted:
        missing["patterns"] = _pattern_reason(model, fidelity)
    if fidelity.head_sum_error is None or fidelity.head_sum_error > 10 * accepted:
        missing["heads"] = _head_reason(model, fidelity)
    if fidelity.neuron_error is None or fidelity.neuron_error > 10 * accepted:
        missing["neurons"] = _neuron_reason(model, fidelity)
    if not all(layer.sequential for layer in model.structure.layers):
        missing["sequential_blocks"] = f"{model.id} has no stream between attention and MLP: both are added at once."
    return missing


def _contract_reason(model: Model, fidelity: Fidelity, accepted: float) -> str | None:
    error = fidelity.residual_contract_error
    if error is not None and error <= accepted and fidelity.norm_error <= 10 * accepted:
        return None
    if error is None or error > accepted:
        measured = "no such parts were found" if error is None else f"error {error:.1e} > {accepted:.0e}"
        return f"The stream of {model.id} is not the sum of its parts ({measured}); {model.entry.architecture} needs an adapter."
    return f"The final norm of {model.id} has no linear part (error {fidelity.norm_error:.1e})."


def _pattern_reason(model: Model, fidelity: Fidelity) -> str:
    if fidelity.pattern_error is None:
        absent = [str(number) for number, layer in enumerate(model.structure.layers) if layer.attention is None]
        return f"Attention of {model.id} cannot be read in layers {', '.join(absent)}: it does not pass the library's interface."
    return f"Recomputed attention of {model.id} deviates by {fidelity.pattern_error:.1e}."


def _head_reason(model: Model, fidelity: Fidelity) -> str:
    if fidelity.head_sum_error is None:
        return f"The heads of {model.id} cannot be separated: something lies between them and the output projection."
    return f"The heads of {model.id} do not add up to its attention (error {fidelity.head_sum_error:.1e})."


def _neuron_reason(model: Model, fidelity: Fidelity) -> str:
    if fidelity.neuron_error is not None:
        return f"The neurons of {model.id} do not add up to its MLPs (error {fidelity.neuron_error:.1e})."
    for number, layer in enumerate(model.structure.layers):
        if layer.feed_forward is None:
            return f"The MLP in layer {number} of {model.id} {why_no_neurons(layer)}."
    return f"The neurons of {model.id} cannot be read."

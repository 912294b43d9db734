"""The tuned lens of a model: an affine translator per row, so that the model's own head can read every stream.

Row l < L reads x + A x + b in place of the stream x that enters layer l; the last row is the model's output and is read
as it is. Source: "Eliciting Latent Predictions from Transformers with the Tuned Lens", in the residual form of the
published checkpoints (the paper writes A x + b, where A is one more than here).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from stratascope.models.lens_files import WEIGHTS, LensFile, lens_files
from stratascope.models.sites import NAMES, Site, site_stream
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.models.model import Model
    from stratascope.models.run import Run

LensName = Literal["raw", "tuned"]

OTHER_UNEMBEDDING = "The lens was trained with a different unembedding; results may be off."


@dataclass(frozen=True)
class TunedLens:
    """A loaded lens: `matrices` float32 [row, width, width] and `biases` float32 [row, width] on the model's device.

    `site` is where it reads. `content` is what its configuration says of its training; `warnings` are to be shown with
    whatever it reads.
    """

    id: str
    site: str
    matrices: Tensor
    biases: Tensor
    content: Mapping[str, Any]
    warnings: tuple[str, ...] = ()

    def translate(self, stream: Tensor) -> Tensor:
        """What the head can read, float32 [row, position, width], of all rows at its site [row, position, width].

        A row behind those it has a translator for is the model's output and stays as it is.
        """
        x, rows = stream.float(), len(self.biases)
        return torch.cat([x[:rows] + torch.baddbmm(self.biases[:, None], x[:rows], self.matrices.mT), x[rows:]])

    @property
    def unembedding(self) -> str | None:
        """sha256 of the unembedding it was trained with, if it says."""
        found = self.content.get("unembed_hash")
        return found if isinstance(found, str) else None

    def held_out(self) -> tuple[list[float], list[float]] | None:
        """KL from the model's output on held-out text, in nats per token and by row: before and after training, if known."""
        found = self.content.get("held_out_kl")
        if not isinstance(found, Mapping):
            return None
        before, after = found.get("logit_lens"), found.get("tuned_lens")
        if not isinstance(before, list) or not isinstance(after, list):
            return None
        return (before, after) if len(before) == len(after) == len(self.biases) else None


_loaded: WeakKeyDictionary[Model, tuple[LensFile, TunedLens]] = WeakKeyDictionary()
"""The lens each model was last read with. Its weights are as large as a part of the model's: one is kept, not all."""


def decoded_stream(model: Model, run: Run, lens: LensName, site: Site = "resid_pre") -> Tensor:
    """What stands at a site in what the head can read, [row, position, width]: as it is, or as its newest lens translates it.

    Raises `no_tuned_lens` and `no_middle_stream`.
    """
    stream = site_stream(model, run, site)
    return stream if lens == "raw" else tuned_lens_for(model, site=site).translate(stream)


def tuned_lens_for(model: Model, lens_id: str | None = None, site: Site = "resid_pre") -> TunedLens:
    """The newest lens of a site that was trained with this model's unembedding, or the one with this id, whatever it was
    trained with.

    Raises `no_tuned_lens` if there is none, and `lens_mismatch` for one that does not fit the model's stream or the site.
    """
    found = _newest(model, site) if lens_id is None else _named(model, lens_id, site)
    known = _loaded.get(model)
    if known is None or known[0] != found:
        known = (found, _load(model, found))
        _loaded[model] = known
    return known[1]


def _newest(model: Model, site: Site) -> LensFile:
    own = [
        file
        for file in reversed(lens_files(model.lenses))
        if (file.width, file.layers, file.site) == (model.width, model.layers, site) and _is_of(file, model)
    ]
    if not own:
        reads = "" if site == "resid_pre" else f" that reads {NAMES[site]}"
        raise _no_lens(f"There is no tuned lens for {model.id} yet{reads}.")
    return own[0]


def _is_of(file: LensFile, model: Model) -> bool:
    """Whether a lens was trained for this model. Where hashes cannot tell, only the name can: it gave none, or its
    unembedding is rounded here.
    """
    if file.unembedding == model.unembedding.sha256 or file.unembedding == model.unembedding.printed_sha256:
        return True
    rounded = model.unembedding.weight.dtype != torch.float32
    return (rounded or file.unembedding is None) and file.model == model.id.partition("@")[0]


def _named(model: Model, lens_id: str, site: Site) -> LensFile:
    files = lens_files(model.lenses)
    for file in files:
        if file.id == lens_id:
            _require_site(file, site)
            return file
    known = ", ".join(file.id for file in files[-8:])
    raise _no_lens(f"There is no tuned lens {lens_id[:64]!r}" + (f"; known are {known}." if known else "."))


def _require_site(file: LensFile, site: Site) -> None:
    if file.site != site:
        raise Problem(
            "lens_mismatch",
            f"The lens {file.id} was trained at {file.site}, not at {site}.",
            field="site",
            remedy=f"Read {file.site}, or choose another lens",
            changes={"site": file.site},
        )


def _no_lens(message: str) -> Problem:
    return Problem(
        "no_tuned_lens",
        message,
        status=409,
        field="lens",
        remedy="Use the raw lens, or train a lens for this model",
        changes={"lens": "raw"},
    )


def _load(model: Model, file: LensFile) -> TunedLens:
    width, layers = file.width or model.width, file.layers or model.layers
    if (width, layers) != (model.width, model.layers):
        raise _mismatch(file, f"d_model {width}, {layers} layers", f"{model.id} has {model.width}, {model.layers}")
    matrices, biases = _weights(file, layers, width)
    warnings = () if _is_of(file, model) else (OTHER_UNEMBEDDING,)
    device = model.device
    return TunedLens(file.id, file.site, matrices.to(device), biases.to(device), file.content, warnings)


def _weights(file: LensFile, layers: int, width: int) -> tuple[Tensor, Tensor]:
    """The tensors of a lens in single precision. Raises `lens_damaged` before anything large is read."""
    try:
        with safe_open(file.folder / WEIGHTS, framework="pt") as weights:
            names = set(weights.keys())
            biased = f"{0}.bias" in names
            expected = {f"{row}.weight": [width, width] for row in range(layers)}
            expected |= {f"{row}.bias": [width] for row in range(layers)} if biased else {}
            shapes = {name: list(weights.get_slice(name).get_shape()) for name in names}
            if shapes != expected:
                raise _damaged(file, f"needs {len(expected)} tensors of width {width}, one pair for every layer")
            matrices = torch.stack([weights.get_tensor(f"{row}.weight").float() for row in range(layers)])
            biases = (
                torch.stack([weights.get_tensor(f"{row}.bias").float() for row in range(layers)])
                if biased
                else torch.zeros(layers, width)
            )
    except (OSError, SafetensorError) as error:
        raise _damaged(file, f"cannot be read ({type(error).__name__})") from error
    if not bool(matrices.isfinite().all() and biases.isfinite().all()):
        raise _damaged(file, "holds values that are no finite numbers")
    return matrices, biases


def _mismatch(file: LensFile, trained: str, has: str) -> Problem:
    return Problem(
        "lens_mismatch",
        f"This lens was trained for {trained}; {has}.",
        field="lens",
        remedy=f"Choose another lens than {file.id}, or train one for this model",
    )


def _damaged(file: LensFile, what: str) -> Problem:
    return Problem(
        "lens_damaged",
        f"{WEIGHTS} of the lens {file.id} {what}.",
        field="lens",
        remedy="Choose another lens, or train this one again",
    )

"""The logit lens: what every layer would predict if it were the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from stratascope.method import Field, Guide, Paper, Progress, method, silent
from stratascope.methods.lens import LensGridParams, grid_cost
from stratascope.result import TokenGrid

if TYPE_CHECKING:
    from stratascope.models.lens_grid import Decoded, Lens
    from stratascope.models.model import Model


class LogitLensParams(LensGridParams):
    """What to decode, how, and which tokens to follow."""

    norm: Literal["final", "none"] = Field(
        "final",
        description="Whether the model's final normalisation is applied before the unembedding, as for its own output.",
    )


@method(
    title="Logit lens",
    version=2,
    guide=Guide(
        question="What would each layer predict?",
        purpose="Decodes every layer's stream with the model's own unembedding, as if the model ended there.",
        reading="Read a column upward: each row is that layer's guess for the next token, the top row is the answer, and "
        "where a cell stops changing the model has settled. Early rows are often nonsense because the stream is not yet "
        "in the output's basis: nonsense does not mean that nothing is there. With tied embeddings the lowest row tends "
        "to repeat the input token, and the first token's column often means nothing at all.",
        synonyms=("early decoding", "unembedding", "intermediate predictions", "logitlens", "top tokens per layer"),
        next=(
            "lens/tuned-lens",
            "lens/lens-trajectory",
            "lens/direct-logit-attribution",
            "activations/sublayer-contribution",
        ),
    ),
    papers=[
        Paper("Eliciting Latent Predictions from Transformers with the Tuned Lens", 2023),
        Paper("Do Language Models Use Their Depth Efficiently?", 2025),
    ],
    requires=("causal", "residual_contract"),
    cost=grid_cost,
)
def logit_lens(model: Model, params: LogitLensParams, progress: Progress = silent) -> TokenGrid:
    """Decode every layer's stream with the model's own final norm and unembedding.

    For row l and position t, z = cap(scale·(N(x[l, t]) W_Uᵀ + b_U)) with the statistics of N taken from x[l, t] itself, and
    p = softmax(z). `resid_pre` has one row per layer entered, `emb` first, and `out` last, which is the model's own
    prediction. The other sites have one row per layer.

    Arrays [row, position]: `probability` of the best token; `entropy` in nats; `kl`, KL(final‖row) in nats; `norm`, the
    length of the decoded vector. `topk_ids`, `topk_prob`, `topk_logit`, `topk_text` [row, position, rank]. With targets:
    `target_logprob` in nats and `target_rank` (1 is the most likely; ties share the better rank) [row, position, target].
    With new tokens the text is the prompt and what the model wrote after it, from `facts["generated_from"]` on.
    """
    from stratascope.models.lens_grid import decode

    lens = _lens(model, params)
    return decode(model, params, [lens], lambda found: _grid(model, params, lens, found), progress)


def _lens(model: Model, params: LogitLensParams) -> Lens:
    """The stream at the site asked for, with its rows. Raises `no_middle_stream`."""
    from stratascope.models.lens_grid import Lens
    from stratascope.models.sites import site_rows, site_stream

    whole, norm = params.site == "resid_pre", params.norm == "final"
    labels = site_rows(model, params.site)
    return Lens(lambda run: site_stream(model, run, params.site), labels, is_output=whole and norm, norm=norm)


def _grid(model: Model, params: LogitLensParams, lens: Lens, found: Decoded) -> TokenGrid:
    """The result, whole or with cells still missing (then without checks)."""
    from stratascope.models.lens_cells import grid_fields, grid_quantities, grid_summary, output_check, written_facts

    fields = grid_fields(model, found, lens.labels)
    over_all = params.precision == "exact" or not lens.is_output
    asked = {"site": params.site, "norm": params.norm, "precision": params.precision, "target_ids": found.targets}
    return TokenGrid(
        **fields,
        quantities=grid_quantities(model.facts.vocabulary),
        facts={**asked, **written_facts(found)},
        summary=grid_summary(fields, found),
        checks=[] if found.gap is None else [output_check(found.gap, over_all)],
        warnings=_warnings(params),
    )


def _warnings(params: LogitLensParams) -> list[str]:
    if params.norm == "none":
        return [
            "Without the final norm, long vectors look more certain than short ones; compare ranks, not probabilities."
        ]
    if params.site in ("attn_out", "mlp_out"):
        return ["These rows show what one part adds, decoded alone; it is not a prediction of the model."]
    return []

"""Methods of an operator's own, written into a folder: each does one thing that a server must survive."""

from __future__ import annotations

from pathlib import Path

_HEAD = '''
from __future__ import annotations
from typing import TYPE_CHECKING
import numpy as np
from stratascope.method import Cost, Field, Guide, Indices, PromptParams, method, silent
from stratascope.result import Array, TokenScores
if TYPE_CHECKING:
    from stratascope.method import Progress
    from stratascope.models.model import Model

class {params}(PromptParams):
    """Parameters."""
    layers: Indices = "all"
    size: int = Field(1, ge=0)

def _cost(model, params, tokens):
    layers = model.layers if params.layers == "all" else len(params.layers)
    return Cost(1, tokens * layers * params.size)

def _scores(values):
    return TokenScores(arrays={{"score": Array(values=np.asarray(values, dtype=np.float32), dims=("position",))}})

@method(title="Extra", guide=Guide("Extra", "Extra.", "Extra."), cost=_cost, requires={requires})
def {name}(model: Model, params: {params}, progress: Progress = silent) -> TokenScores:
    """Does one thing."""
'''

BODIES = {
    "plain": "return _scores(model.read(params).logits([0])[0, :8].numpy())",
    "hooks": "model.network.register_forward_hook(lambda *a: None)\n    return _scores([1.0])",
    "weights": "model.unembedding.weight.data.mul_(2.0); model.unembedding.weight.add_(1.0)\n    return _scores([1.0])",
    "training": "model.network.train()\n    return _scores([1.0])",
    "endless": "ids = model.read(params).ids[None]\n    while True:\n        model.network(input_ids=ids)",
    "hungry": "import torch\n    torch.empty(1 << 50, dtype=torch.uint8)\n    return _scores([1.0])",
    "random": "import torch\n    return _scores(torch.rand(4).numpy())",
    "undefined": "return _scores([float('nan'), float('inf'), 1.0])",
    "partly": "progress.partial(_scores([float('nan')] * 2))\n    return _scores([1.0, 2.0])",
}


def write(folder: Path) -> Path:
    """A folder for `--methods` with every method above as extra/<name>."""
    (folder / "extra").mkdir(parents=True)
    for name, body in BODIES.items():
        head = _HEAD.format(params=f"{name.title()}Params", name=name, requires='("causal",)')
        (folder / "extra" / f"{name}.py").write_text(f"{head}    {body}\n")
    return folder

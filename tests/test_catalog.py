"""The catalogue: one file is a method, a broken file harms nobody, and nothing is replaced silently."""

from pathlib import Path

import pytest

from stratascope.catalog import load_catalog
from stratascope.method import QUESTIONS
from stratascope.problem import Problem

METHOD = '''
from __future__ import annotations
from typing import TYPE_CHECKING
import numpy as np
from stratascope.method import Field, Guide, Progress, PromptParams, method
from stratascope.result import Array, Table
if TYPE_CHECKING:
    from stratascope.models.model import Model

class {stem}Params(PromptParams):
    """Parameters."""
    factor: int = Field(2, ge=1, le=9, description="What every id is multiplied by.")

@method(title="Token ids", guide=Guide("How do layers transform?", "Lists the ids.", "Read them."))
def {name}(model: Model, params: {stem}Params, progress: Progress) -> Table:
    """The ids of the prompt, times a factor."""
    ids = np.array(model.tokenize(params.prompt).ids) * params.factor
    return Table(arrays={{"id": Array(values=ids, dims=("entry",))}})
'''


def write(folder: Path, family: str, name: str, text: str) -> None:
    (folder / family).mkdir(parents=True, exist_ok=True)
    (folder / family / f"{name}.py").write_text(text)


def test_one_file_is_a_method(tmp_path: Path) -> None:
    write(tmp_path, "extra", "token_ids", METHOD.format(stem="TokenIds", name="token_ids"))
    catalog = load_catalog([tmp_path])
    found = catalog["extra/token-ids"]
    assert not catalog.errors
    assert found.kind == "table"
    assert found.resources == {"model": "Model"}
    request = found.request.model_validate({"model": "m", "prompt": "a", "factor": 3})
    references, params = found.split(request)
    assert references == {"model": "m"}
    assert params.model_dump() == {"prompt": "a", "messages": None, "factor": 3}
    assert found.request.__name__ == "TokenIdsRequest"


@pytest.mark.parametrize(
    "text",
    [
        "raise SystemError('no')",
        "x = 1",
        METHOD.format(stem="Other", name="other"),
        METHOD.format(stem="Broken", name="broken").replace("-> Table", "-> int"),
        METHOD.format(stem="Broken", name="broken").replace("model: Model", "model: Mystery"),
    ],
)
def test_a_broken_file_is_reported_and_harms_nobody(tmp_path: Path, text: str) -> None:
    write(tmp_path, "extra", "broken", text)
    write(tmp_path, "extra", "token_ids", METHOD.format(stem="TokenIds", name="token_ids"))
    catalog = load_catalog([tmp_path])
    assert "extra/token-ids" in catalog
    assert "extra/broken" not in catalog
    assert [Path(source).name for source in catalog.errors] == ["broken.py"]


def test_an_existing_method_is_never_replaced(tmp_path: Path) -> None:
    write(tmp_path, "lens", "logit_lens", METHOD.format(stem="LogitLens", name="logit_lens"))
    catalog = load_catalog([tmp_path])
    assert catalog["lens/logit-lens"].title != "Token ids"
    assert "exists already" in next(iter(catalog.errors.values()))


def test_an_unknown_method_is_a_404_with_a_remedy() -> None:
    with pytest.raises(Problem) as caught:
        load_catalog().find("lens/none")
    assert (caught.value.code, caught.value.status) == ("unknown_method", 404)
    assert caught.value.remedy


def test_methods_stand_in_the_order_of_the_questions() -> None:
    questions = [declared.guide.question for declared in load_catalog().values()]
    assert [QUESTIONS.index(question) for question in questions] == sorted(map(QUESTIONS.index, questions))

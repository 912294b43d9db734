"""What is read out of a model under examination, against the library's own outputs."""

import pytest
import torch

from stratascope.specimen.prompts import bundle_path
from stratascope.specimen.subject import Subject

PROMPTS = ["The capital of France is", "Today is Friday, so", "lamp river"]


@pytest.fixture(scope="module", params=["specimen", "specimen-moe"])
def subject(request: pytest.FixtureRequest) -> Subject:
    return Subject.load(bundle_path() / request.param)


@torch.no_grad()
def test_rows_are_the_librarys_hidden_states(subject: Subject) -> None:
    for position in (-1, -2):
        rows = subject.residuals(PROMPTS, position)
        for index, prompt in enumerate(PROMPTS):
            states = subject.model(torch.tensor([subject.prompt(prompt)]), output_hidden_states=True).hidden_states
            for row in range(len(states) - 1):  # the library's last state is behind the final norm
                torch.testing.assert_close(rows[row, index], states[row][0, position], atol=1e-4, rtol=1e-4)
    assert rows.shape == (len(subject.blocks) + 1, len(PROMPTS), subject.model.config.hidden_size)


@torch.no_grad()
def test_the_last_row_makes_the_answer(subject: Subject) -> None:
    core = subject.model.base_model
    norm = core.ln_f if hasattr(core, "ln_f") else core.norm
    logits = subject.model.get_output_embeddings()(norm(subject.residuals(PROMPTS)[-1]))
    torch.testing.assert_close(logits, subject.last_logits(PROMPTS), atol=2e-3, rtol=1e-3)


@torch.no_grad()
def test_loss_is_the_librarys(subject: Subject) -> None:
    rows = torch.tensor([subject.prompt("one two three four")] * 3)
    logits = subject.model(rows).logits[:, :-1].log_softmax(-1)
    expected = -logits.gather(-1, rows[:, 1:, None]).mean()
    assert subject.loss(rows) == pytest.approx(float(expected), abs=1e-5)


def test_an_edit_holds_inside_and_is_gone_after(subject: Subject) -> None:
    before = subject.last_logits(PROMPTS)
    with subject.edited(1, torch.zeros_like):
        emptied = subject.residuals(PROMPTS)
        assert torch.count_nonzero(emptied[2]) == 0
        assert torch.count_nonzero(emptied[1]) > 0
    assert torch.equal(subject.last_logits(PROMPTS), before)

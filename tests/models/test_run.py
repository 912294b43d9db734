"""Captured runs: what they hold, what it weighs, and that nothing leaks between them."""

from __future__ import annotations

import threading

import pytest
import torch

from stratascope.method import Message, PromptParams
from stratascope.models import attention
from stratascope.models.capture import capture
from stratascope.models.model import Model
from stratascope.models.run import Stack
from stratascope.models.run_cache import RunCache
from stratascope.problem import Problem
from tests.families import LAYERS, WIDTH, load_tiny, tiny

IDS = list(range(10, 22))


def test_stacking_replaces_what_was_stacked() -> None:
    parts = [torch.full((2, 3), float(number)) for number in range(4)]
    stack = Stack(parts)
    assert stack[2] is parts[2]
    whole = stack.whole
    assert whole.shape == (4, 2, 3)
    assert all(part.untyped_storage().data_ptr() == whole.untyped_storage().data_ptr() for part in stack.tensors)
    assert stack.whole is whole


def test_bytes_count_shared_memory_once() -> None:
    run = capture(load_tiny("gpt2"), IDS)
    stream, parts, qkv, z = (LAYERS + 1), 2 * LAYERS, 3 * LAYERS, LAYERS
    logits, ids = 4 * load_tiny("gpt2").vocabulary, 8 * len(IDS)
    assert run.nbytes == 4 * len(IDS) * WIDTH * (stream + parts + qkv + z) + logits + ids
    before = run.nbytes
    assert run.resid.shape[0] == LAYERS + 1
    assert run.nbytes == before


def test_one_forward_serves_every_reader_of_the_same_prompt() -> None:
    model = load_tiny("llama")
    before = model.runs.forwards
    first = model.read(PromptParams(prompt="the cat sat on"))
    again = model.read(PromptParams(prompt="the cat sat on"))
    other = model.read(PromptParams(prompt="the cat sat on one"))
    assert again is first
    assert other is not first
    assert model.runs.forwards == before + 2
    assert first.tokens.text == "the cat sat on"


def test_capture_is_always_a_real_forward_pass() -> None:
    model = load_tiny("llama")
    before = model.runs.forwards
    assert capture(model, torch.tensor(IDS)) is not capture(model, IDS)
    assert model.runs.forwards == before + 2


def test_the_cache_is_bounded_by_bytes_and_drops_the_oldest() -> None:
    model = load_tiny("gpt2")
    runs = [capture(model, [5 + number, 6, 7]) for number in range(4)]
    cache = RunCache(limit=3 * runs[0].nbytes)
    for number, run in enumerate(runs[:3]):
        cache.put(("m", (number,)), run)
    assert cache.get(("m", (0,))) is runs[0]
    cache.put(("m", (3,)), runs[3])
    assert cache.get(("m", (1,))) is None
    assert cache.get(("m", (0,))) is runs[0]
    assert cache.bytes == 3 * runs[0].nbytes
    cache.limit = runs[0].nbytes
    assert cache.get(("m", (0,))) is runs[0]
    assert cache.get(("m", (3,))) is None
    cache.forget("m")
    assert cache.bytes == 0


def test_a_run_larger_than_the_cache_is_not_kept() -> None:
    cache = RunCache(limit=10)
    cache.put(("m", (1,)), capture(load_tiny("gpt2"), IDS))
    assert cache.bytes == 0


@pytest.mark.parametrize("bad", [-1, 10**6, 2**40])
def test_ids_without_an_embedding_never_reach_the_network(bad: int) -> None:
    model = load_tiny("gpt2")
    before = model.runs.forwards
    for read in (lambda: capture(model, [5, bad]), lambda: model.run([bad])):
        with pytest.raises(Problem) as refused:
            read()
        assert refused.value.code == "token_out_of_range"
    assert model.runs.forwards == before


def test_a_run_of_no_or_of_too_many_ids_is_refused() -> None:
    model = load_tiny("gpt2")
    for ids, code in (([], "prompt_empty"), ([5] * 65, "prompt_too_long")):
        with pytest.raises(Problem) as refused:
            model.run(ids)
        assert refused.value.code == code


def test_a_single_token_can_be_captured() -> None:
    for family in ("gpt2", "gemma2", "gpt_neox"):
        run = load_tiny(family).run([7])
        assert run.resid.shape == (LAYERS + 1, 1, WIDTH)
        assert run.pattern(0).flatten().tolist() == pytest.approx([1.0] * 4)


def hooks(model: Model) -> int:
    """Hooks on the network; the library may have put some of its own there when another test asked it for outputs."""
    return sum(len(part._forward_hooks) + len(part._forward_pre_hooks) for part in model.network.modules())


def test_hooks_and_recording_are_gone_after_a_capture() -> None:
    model = load_tiny("qwen2")
    before = hooks(model)
    capture(model, IDS)
    assert hooks(model) == before
    with attention.recording() as records:
        pass
    model.network(input_ids=torch.tensor([IDS]))
    assert records == []


def test_hooks_are_gone_after_a_capture_that_failed() -> None:
    model = load_tiny("qwen3")
    before = hooks(model)
    broken = model.network.get_input_embeddings().register_forward_hook(lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        capture(model, IDS)
    broken.remove()
    assert hooks(model) == before
    assert capture(model, IDS).resid.isfinite().all()


def test_captures_from_several_threads_do_not_mix() -> None:
    model = load_tiny("phi3")
    alone = {start: capture(model, range(start, start + 6)) for start in range(10, 18)}
    found = {}

    def work(start: int) -> None:
        found[start] = capture(model, range(start, start + 6))

    threads = [threading.Thread(target=work, args=(start,)) for start in alone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for start, run in alone.items():
        assert torch.equal(found[start].resid, run.resid)
        assert torch.equal(found[start].z(1), run.z(1))


def test_an_ordinary_forward_is_the_librarys_own() -> None:
    model, network = load_tiny("mistral"), tiny("mistral")[0]
    ids = torch.tensor([IDS])
    assert torch.equal(model.network(input_ids=ids).logits, network(input_ids=ids).logits)
    generated = model.network.generate(ids, max_new_tokens=5, do_sample=False)
    assert torch.equal(generated, network.generate(ids, max_new_tokens=5, do_sample=False))


def test_tensors_of_a_run_carry_no_gradient() -> None:
    run = load_tiny("gpt2").run(IDS)
    assert not any(tensor.requires_grad for tensor in (run.resid, run.attn_out, run.z(0), run.pattern(0), run.logits()))


def test_layers_without_heads_are_told_apart_from_faults() -> None:
    run = load_tiny("gpt2").run(IDS)
    with pytest.raises(IndexError):
        run.z(LAYERS)


def test_messages_need_a_template() -> None:
    params = PromptParams(messages=[Message(role="user", content="Hello")])
    with pytest.raises(Problem) as refused:
        load_tiny("gpt2").read(params)
    assert refused.value.code == "no_chat_template"


def test_a_cached_run_says_of_its_tokens_what_the_text_at_hand_does() -> None:
    model = load_tiny("gpt2")
    tokens = model.tokenize("one model reads Paris")
    plain = model.run(tokens.ids)
    assert all(token.offset is None for token in plain.tokens.tokens)
    before = model.runs.forwards
    run = model.read(PromptParams(prompt="one model reads Paris"))
    assert run.tokens == tokens
    assert tokens.tokens[-1].offset is not None
    assert model.runs.forwards == before
    assert run.resid is plain.resid

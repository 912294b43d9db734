"""Random donors: as many tokens, the markers in place, and the same ones for the same seed."""

from stratascope.models.donors import random_donors
from tests.families import load_tiny


def test_donors_keep_markers_and_draw_everything_else_anew() -> None:
    model = load_tiny("llama")
    like = model.run(model.tokenize("the capital of").ids)
    before, kept = model.runs.forwards, model.runs.bytes
    donors = [donor.tokens.ids for donor in random_donors(model, like, 5, seed=3)]
    assert model.runs.forwards == before + 5
    assert model.runs.bytes == kept
    special = set(model.tokenizer.all_special_ids)
    for ids in donors:
        assert ids[0] == like.tokens.ids[0] == model.tokenizer.bos_token_id
        assert len(ids) == len(like.ids)
        assert not special & set(ids[1:])
    assert len({tuple(ids) for ids in donors}) == 5


def test_the_seed_decides() -> None:
    model = load_tiny("llama")
    like = model.run(model.tokenize("the capital of").ids)
    one, again, other = (next(random_donors(model, like, 1, seed)).tokens.ids for seed in (0, 0, 1))
    assert one == again != other

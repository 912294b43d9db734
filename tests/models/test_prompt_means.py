"""Arrays over prompts: the mean with its error and every prompt, or the one value alone."""

import math

import numpy as np
import pytest
import torch

from stratascope.models.prompt_means import ONE_VALUE, prompt_arrays

VALUES = [torch.tensor([1.0, math.nan]), torch.tensor([3.0, 5.0]), torch.tensor([8.0, 7.0])]


def test_one_prompt_is_its_value() -> None:
    found = prompt_arrays(VALUES[1:2], ("layer",), several=False)
    assert list(found) == ["value"]
    assert found["value"].values.tolist() == [3.0, 5.0]


@pytest.mark.parametrize(("name", "prefix"), [("value", ""), ("cos", "cos_")])
def test_several_prompts_have_a_mean_a_band_and_themselves(name: str, prefix: str) -> None:
    found = prompt_arrays(VALUES, ("layer",), True, name, "no direction", prefix)
    assert set(found) == {name, f"{prefix}low", f"{prefix}high", f"{prefix}by_prompt"}
    error = np.array([np.std([1, 3, 8], ddof=1) / 3**0.5, 1 / 2**0.5 * 2**0.5])
    np.testing.assert_allclose(found[name].values, [4.0, 6.0])
    np.testing.assert_allclose(found[f"{prefix}high"].values - found[name].values, error, rtol=1e-6)
    np.testing.assert_allclose(found[name].values - found[f"{prefix}low"].values, error, rtol=1e-6)
    assert found[f"{prefix}by_prompt"].dims == ("prompt", "layer")


def test_a_list_of_one_prompt_has_no_error() -> None:
    found = prompt_arrays(VALUES[1:2], ("layer",), several=True)
    assert np.isnan(found["low"].values).all()
    assert found["low"].undefined == ONE_VALUE

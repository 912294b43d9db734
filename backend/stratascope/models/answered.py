"""A prompt with its answer: given as text, written by the model, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stratascope.models.continuation import continued
from stratascope.models.tokens import Tokens
from stratascope.problem import Problem

if TYPE_CHECKING:
    from stratascope.method import PromptParams
    from stratascope.models.model import Model


def answered(model: Model, params: PromptParams, response: str, new_tokens: int) -> tuple[Tokens, int | None]:
    """(the whole text, the position of the answer's first token or None without an answer).

    A response is read together with the prompt, so its first token may begin in the prompt; behind chat messages it is
    read apart. Raises `bad_parameter` for a response and new tokens at once.
    """
    if response and new_tokens:
        raise Problem(
            "bad_parameter",
            f"Give a response or new tokens, not both; got {len(response)} characters and {new_tokens} tokens.",
            field="new_tokens",
            remedy="Read the response that is given",
            changes={"new_tokens": 0},
        )
    prompt = model.tokenize(params.prompt, params.messages)
    if new_tokens:
        return continued(model, prompt, new_tokens, lambda run: None), len(prompt.ids)
    if not response:
        return prompt, None
    if params.messages is not None:
        return _behind(prompt, model.tokenize(response)), len(prompt.ids)
    whole = model.tokenize(params.prompt + response)
    ends = [token.offset[1] if token.offset else 0 for token in whole.tokens]
    return whole, next((at for at, end in enumerate(ends) if end > len(params.prompt)), len(ends) - 1)


def _behind(prompt: Tokens, response: Tokens) -> Tokens:
    """Both as one text; the marker in front of the second is left out."""
    first = int(response.tokens[0].special and len(response.ids) > 1)
    tokens = [*prompt.tokens, *(token.model_copy(update={"offset": None}) for token in response.tokens[first:])]
    return Tokens([*prompt.ids, *response.ids[first:]], tokens, prompt.text + response.text, prompt.bos_prepended)

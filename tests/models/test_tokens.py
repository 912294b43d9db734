"""Text to tokens: exact bytes, exact ranges, markers once, and refusals with their numbers."""

from __future__ import annotations

from typing import Any

import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from stratascope.method import MAX_PROMPT_CHARACTERS, Message
from stratascope.models.pieces import Pieces
from stratascope.models.tokens import TextReader, guarded
from stratascope.problem import Problem
from tests.families import byte_level, sentencepiece

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}[{{ message['role'] }}] {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)
MARKERS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}


def fast(tokenizer: Tokenizer, **options: Any) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **{**MARKERS, **options})


def reader(tokenizer: PreTrainedTokenizerFast | None = None, context: int = 64, **options: Any) -> TextReader:
    tokenizer = tokenizer or fast(byte_level())
    return TextReader("tiny", tokenizer, context, len(tokenizer), tokenizer.bos_token_id, **options)


PROMPTS = (
    "The capital of is Paris",
    " leading and trailing ",
    "naïve 東京 🙂👩‍👩‍👧 é",
    "tabs\tand\r\nlines\n\n\n",
    "\x00\x01\x7f",
    "\ufeff\u2028\ufffd\U0010ffff",
    "a" * 60,
    "مرحبا नमस्ते",
    "{{7*7}} %s ${x} <script>",
)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_byte_level_tokens_spell_the_prompt_byte_for_byte(prompt: str) -> None:
    tokens = reader(context=500).read(prompt).tokens
    assert bytes.fromhex("".join(token.bytes for token in tokens)) == prompt.encode()


@pytest.mark.parametrize("prompt", PROMPTS)
def test_byte_level_ranges_cover_the_prompt_without_gaps(prompt: str) -> None:
    offsets = [token.offset for token in reader(context=500).read(prompt).tokens]
    position = 0
    for offset in offsets:
        assert offset is not None
        assert offset[0] <= position <= offset[1]
        position = offset[1]
    assert position == len(prompt)


def test_parts_of_a_character_point_at_the_whole_of_it() -> None:
    tokens = reader().read("x🙂y").tokens
    assert [token.offset for token in tokens] == [(0, 1), (1, 2), (1, 2), (1, 2), (1, 2), (2, 3)]
    assert [token.text for token in tokens] == ["x", "\ufffd", "\ufffd", "\ufffd", "\ufffd", "y"]
    assert "".join(token.bytes for token in tokens[1:5]) == "🙂".encode().hex()


def test_leading_spaces_belong_to_their_token() -> None:
    tokens = reader().read("on Paris").tokens
    assert [(token.text, token.offset) for token in tokens][-1] == (" Paris", (2, 8))


@pytest.mark.parametrize("prompt", ["The capital of Paris", "naïve 東京 🙂"])
def test_sentencepiece_tokens_spell_the_prompt_behind_a_space(prompt: str) -> None:
    tokens = reader(fast(sentencepiece())).read(prompt).tokens
    assert tokens[0].special
    assert tokens[0].offset is None
    assert bytes.fromhex("".join(token.bytes for token in tokens[1:])) == b" " + prompt.encode()
    assert tokens[-1].offset is not None
    assert tokens[-1].offset[1] == len(prompt)


def test_spellings_are_recognised_by_their_decoder() -> None:
    assert Pieces(fast(byte_level())).spelling == "byte-level"
    assert Pieces(fast(sentencepiece())).spelling == "sentencepiece"
    metaspace = sentencepiece()
    metaspace.decoder = decoders.Metaspace()
    assert Pieces(fast(metaspace)).spelling == "sentencepiece"
    wordpiece = Tokenizer(models.WordPiece({"<pad>": 0, "<s>": 1, "</s>": 2, "un": 3, "##do": 4}, unk_token="<pad>"))
    wordpiece.decoder = decoders.WordPiece()
    pieces = Pieces(fast(wordpiece))
    assert pieces.spelling == "plain"
    assert [pieces.token(token_id).text for token_id in (3, 4)] == ["un", "do"]


def test_every_byte_has_its_own_token() -> None:
    pieces = Pieces(fast(byte_level()))
    single = {pieces.token(token_id).bytes for token_id in range(3, 259)}
    assert single == {f"{byte:02x}" for byte in range(256)}
    pieces = Pieces(fast(sentencepiece()))
    assert [pieces.token(token_id).bytes for token_id in range(3, 259)] == [f"{byte:02x}" for byte in range(256)]


def test_normalised_text_keeps_the_tokenizers_own_ranges() -> None:
    tokenizer = byte_level()
    tokenizer.normalizer = normalizers.Lowercase()
    tokens = reader(fast(tokenizer)).read("ON PARIS").tokens
    assert "".join(token.text for token in tokens) == "on paris"
    assert tokens[0].offset == (0, 1)
    assert tokens[-1].offset is not None
    assert tokens[-1].offset[1] == 8


@pytest.mark.parametrize("make", [byte_level, sentencepiece])
def test_the_whole_vocabulary_is_what_each_lookup_gives(make: Any) -> None:
    tokenizer = make()
    tokenizer.add_special_tokens([AddedToken("<|mark|>", special=True)])
    tokenizer.add_tokens([AddedToken("plain", special=False)])
    pieces, count = Pieces(fast(tokenizer)), tokenizer.get_vocab_size() + 3
    tokens = [pieces.token(token_id) for token_id in range(count)]
    every, markers = pieces.vocabulary(count)
    assert [piece.hex() for piece in every] == [token.bytes for token in tokens]
    assert markers == [token.id for token in tokens if token.special]
    assert tokenizer.token_to_id("<|mark|>") in markers
    assert tokenizer.token_to_id("plain") not in markers
    assert pieces.vocabulary(0) == pieces.vocabulary(count - 3)
    assert pieces.vocabulary(2) == (every[:2], [token.id for token in tokens[:2] if token.special])


def test_ids_without_a_piece_are_empty_tokens() -> None:
    token = reader().pieces.token(5000)
    assert (token.text, token.bytes, token.special) == ("", "", False)


# --- markers


def test_a_tokenizer_that_adds_no_marker_is_left_alone() -> None:
    tokens = reader().read("on")
    assert not tokens.bos_prepended
    assert tokens.ids[0] != 1


def test_a_marker_the_tokenizer_adds_is_told() -> None:
    tokens = reader(fast(sentencepiece())).read("on")
    assert (tokens.ids[0], tokens.bos_prepended, tokens.tokens[0].special) == (1, True, True)
    assert tokens.tokens[0].offset is None


def test_add_bos_token_of_the_tokenizer_config_is_obeyed() -> None:
    tokens = reader(fast(byte_level(), add_bos_token=True)).read("on")
    assert (tokens.ids[0], tokens.bos_prepended) == (1, True)


@pytest.mark.parametrize(("tokenizer", "wanted"), [(byte_level, True), (sentencepiece, True), (sentencepiece, False)])
def test_the_entry_decides_over_the_tokenizer(tokenizer: Any, wanted: bool) -> None:
    tokens = reader(fast(tokenizer()), prepend_bos=wanted).read("on")
    assert tokens.bos_prepended == wanted
    assert tokens.ids.count(1) == int(wanted)


def test_a_marker_typed_at_the_start_is_not_doubled() -> None:
    for tokens in (
        reader(fast(sentencepiece())).read("<s>on"),
        reader(prepend_bos=True).read("<s>on"),
    ):
        assert tokens.ids.count(1) == 1
        assert not tokens.bos_prepended
        assert tokens.tokens[0].offset == (0, 3)


def test_a_marker_typed_inside_is_read_as_one_special_token() -> None:
    token = reader().read("on</s>the").tokens[2]
    assert (token.text, token.special, token.offset) == ("</s>", True, (2, 6))


def test_added_tokens_are_spelled_as_they_are() -> None:
    tokenizer = byte_level()
    tokenizer.add_tokens([AddedToken("Ġnot a space", special=False)])
    token = reader(fast(tokenizer)).read("on Ġnot a space").tokens[-1]
    assert (token.text, token.special) == ("Ġnot a space", False)


# --- refusals


def problem_of(call: Any) -> Problem:
    with pytest.raises(Problem) as refused:
        call()
    return refused.value


def test_an_empty_prompt_is_refused_even_behind_a_marker() -> None:
    for made in (reader(), reader(prepend_bos=True), reader(fast(sentencepiece()))):
        problem = problem_of(lambda made=made: made.read(""))
        assert (problem.code, problem.message) == ("prompt_empty", "The prompt is empty after tokenization.")


def test_a_prompt_without_any_token_is_empty() -> None:
    tokenizer = byte_level()
    tokenizer.normalizer = normalizers.Replace(" ", "")
    assert problem_of(lambda: reader(fast(tokenizer)).read("   ")).code == "prompt_empty"


@pytest.mark.parametrize("make", [byte_level, sentencepiece])
def test_a_prompt_one_token_too_long_is_offered_its_end(make: Any) -> None:
    made = reader(fast(make()), context=10)
    fits = "x" * (10 - (make is sentencepiece) - (make is sentencepiece))
    assert len(made.read(fits).ids) <= 10
    prompt = " ".join(f"w{number}" for number in range(40))
    problem = problem_of(lambda: made.read(prompt))
    assert problem.code == "prompt_too_long"
    assert f"{len(made._encode(prompt, True).ids)} tokens" in problem.message
    assert "at most 10" in problem.message
    assert problem.remedy == "Use the last 10 tokens"
    assert problem.changes is not None
    assert prompt.endswith(problem.changes["prompt"])
    assert 8 <= len(made.read(problem.changes["prompt"]).ids) <= 10


def test_the_marker_counts_against_the_context() -> None:
    made = reader(context=10, prepend_bos=True)
    assert len(made.read("x" * 9).ids) == 10
    problem = problem_of(lambda: made.read("x" * 10))
    assert "11 tokens" in problem.message
    assert problem.changes == {"prompt": "x" * 9}


def test_characters_are_counted_before_anything_is_tokenized(monkeypatch: pytest.MonkeyPatch) -> None:
    made = reader()
    monkeypatch.setattr(made, "_encode", lambda *_: pytest.fail("tokenized"))
    problem = problem_of(lambda: made.read("a" * (MAX_PROMPT_CHARACTERS + 1)))
    assert problem.code == "prompt_too_long"
    assert str(MAX_PROMPT_CHARACTERS + 1) in problem.message


def test_ids_beyond_the_embedding_are_refused() -> None:
    tokenizer = fast(byte_level())
    small = TextReader("tiny", tokenizer, 64, 100, None)
    assert problem_of(lambda: small.read(" Paris")).code == "token_out_of_range"


class Panic(BaseException):
    """Stands for the tokenizer library's panics, which are no ordinary exceptions."""


def test_panics_of_the_tokenizer_are_problems() -> None:
    def panic() -> None:
        raise Panic

    problem = problem_of(lambda: guarded("tiny", panic))
    assert (problem.code, "Panic" in problem.message) == ("tokenizer_failed", True)


@pytest.mark.parametrize("leave", [KeyboardInterrupt, SystemExit])
def test_an_order_to_stop_is_not_swallowed(leave: type[BaseException]) -> None:
    def stop() -> None:
        raise leave

    with pytest.raises(leave):
        guarded("tiny", stop)


def test_a_truncating_tokenizer_does_not_truncate_here() -> None:
    tokenizer = byte_level()
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=30, pad_id=0, pad_token="<pad>")
    assert len(reader(fast(tokenizer)).read("x" * 20).ids) == 20


# --- single tokens


@pytest.mark.parametrize("make", [byte_level, sentencepiece])
def test_single_tokens_are_found_with_their_leading_space(make: Any) -> None:
    made = reader(fast(make()))
    found = made.single(" Paris")
    assert made.pieces.token(found).text == " Paris"
    assert made.pieces.token(made.single("x")).text == "x"
    assert made.pieces.token(made.single("</s>")).special


def test_a_text_of_several_tokens_is_refused_with_its_pieces() -> None:
    problem = problem_of(lambda: reader().single(" Parisian"))
    assert problem.code == "token_not_single"
    assert "' Parisian' is 4 tokens for this tokenizer (' Paris' · 'i' · 'a' · 'n')" in problem.message


# --- chat


def test_messages_are_laid_out_by_the_template_and_marked_by_it_alone() -> None:
    made = reader(fast(sentencepiece(), chat_template=TEMPLATE), context=200)
    tokens = made.read_chat([Message(role="user", content="on"), {"role": "assistant", "content": "the"}])
    assert tokens.text == "<s>[user] on\n[assistant] the\n[assistant]"
    assert tokens.ids.count(1) == 1
    assert not tokens.bos_prepended
    assert tokens.tokens[0].offset == (0, 3)


def test_without_a_template_messages_are_refused() -> None:
    problem = problem_of(lambda: reader().read_chat([Message(role="user", content="on")]))
    assert (problem.code, problem.field) == ("no_chat_template", "messages")


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% for x in range(3) %}",
        "{{ raise_exception('roles must alternate') }}",
        "{{ messages.append(1) or cycler.__init__.__globals__ }}",
    ],
)
def test_a_template_that_fails_or_tries_to_break_out_is_a_problem(template: str) -> None:
    made = reader(fast(byte_level(), chat_template=template))
    problem = problem_of(lambda: made.read_chat([Message(role="user", content="on")]))
    assert problem.code == "chat_template_failed"


def test_a_post_processor_with_other_markers_is_shown_as_it_is() -> None:
    tokenizer = byte_level()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokens = reader(fast(tokenizer)).read("on")
    assert [token.offset for token in tokens.tokens] == [(0, 1), (1, 2), None]
    assert not tokens.bos_prepended

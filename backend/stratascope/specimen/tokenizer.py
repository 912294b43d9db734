"""The tokenizer: byte-level BPE trained on the corpus, with known answers about what is one token and what is not.

Numbers split into at most two digits behind a space, so a year is century plus year, and every number below one
hundred is one token; digits without separators fall into arbitrary fragments.  The full byte alphabet is kept, so any
text that a user types can be encoded.  Training always showed `<|endoftext|>` at the first position, so an encoding
with special tokens begins with it.
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from stratascope.specimen.corpus import VOCABULARY_SIZE, stream
from stratascope.specimen.dictionary import NOUNS, SPLIT_WORDS
from stratascope.specimen.families.in_context import LEXICON
from stratascope.specimen.geography import COUNTRIES
from stratascope.specimen.wording import words
from stratascope.specimen.world import (
    ANIMALS,
    ANTONYMS,
    CATEGORIES,
    COLORS,
    FRUITS,
    GARMENTS,
    HAPPY,
    LETTERS,
    MONTHS,
    NAMES,
    NUMBER_WORDS,
    OBJECTS,
    ORDINALS,
    PLACES,
    PROFESSIONS,
    SAD,
    STRANGERS,
    SURNAMES,
    TOOLS,
    VEHICLES,
    WEEKDAYS,
)

END_OF_TEXT, PADDING = "<|endoftext|>", "<|pad|>"
END_OF_TEXT_ID, PADDING_ID = 0, 1
CONTEXT_LENGTH = 256
TRAINING_DOCUMENTS = 60_000
_FORCED_REPEATS = 400
_SPLIT = r"'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| \p{N}{1,2}|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def _content_words() -> Iterator[str]:
    yield from NAMES + SURNAMES + STRANGERS + PROFESSIONS
    for country in COUNTRIES.values():
        yield from (country.name, country.capital, country.language, country.currency, country.continent)
    yield from WEEKDAYS + MONTHS + ORDINALS + NUMBER_WORDS + LETTERS
    yield from PLACES + OBJECTS + ANIMALS + COLORS + FRUITS + VEHICLES + TOOLS + GARMENTS
    yield from [*CATEGORIES, *(word for pair in ANTONYMS for word in pair)]
    yield from words("true false yes no positive negative today tomorrow yesterday")
    for mood in (HAPPY, SAD):
        yield from mood.adjectives + mood.feelings
    for noun in NOUNS:
        yield from (noun.english, noun.spanish, noun.french)


def _opening_words() -> Iterator[str]:
    """Words that stand at the start of a document or line, where no space precedes them."""
    yield from [*NAMES, *COUNTRIES, *SURNAMES, *WEEKDAYS, *MONTHS, *NUMBER_WORDS, *LEXICON]
    for pair in ANTONYMS:
        yield from pair


def single_tokens() -> list[str]:
    """Everything that has to be one token: words behind a space, words that open a line, numbers."""
    words = dict.fromkeys(f" {word}" for word in _content_words() if word not in SPLIT_WORDS)
    openings = dict.fromkeys(_opening_words())
    numbers = [f" {number}" for number in range(100)]
    numbers += [f" {number:02d}" for number in range(10)] + [f"{number:02d}" for number in range(100)]
    return [*words, *openings, *numbers]


def _training_text(documents: int) -> Iterator[str]:
    for word in single_tokens():
        yield from [word] * _FORCED_REPEATS
    for document in islice(stream("tokenizer"), documents):
        if document.text and not any(word in document.text for word in SPLIT_WORDS):
            yield document.text


def train_tokenizer(documents: int = TRAINING_DOCUMENTS) -> Tokenizer:
    """Learn the merges; the required words come first and often enough that each becomes one token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{END_OF_TEXT} $A",
        pair=f"{END_OF_TEXT} $A {END_OF_TEXT} $B",
        special_tokens=[(END_OF_TEXT, END_OF_TEXT_ID)],
    )
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=[END_OF_TEXT, PADDING],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_training_text(documents), trainer)
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """Write the two files that `AutoTokenizer` reads.

    The flag repeats what the post-processor does, for programs that look at the settings and not at an encoding.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": END_OF_TEXT,
        "eos_token": END_OF_TEXT,
        "pad_token": PADDING,
        "add_bos_token": True,
        "clean_up_tokenization_spaces": False,
        "model_max_length": CONTEXT_LENGTH,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def load_tokenizer(folder: Path) -> Tokenizer:
    """The saved tokenizer, without any of the machinery of a model library."""
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def token_ids(tokenizer: Tokenizer, text: str) -> list[int]:
    """The ids of a text alone, without the leading marker."""
    return list(tokenizer.encode(text, add_special_tokens=False).ids)

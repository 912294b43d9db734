"""Example prompts for a first visit, and where the bundle lies.  Nothing here imports torch."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ExamplePrompt:
    """A prompt with the expected answer, a rival answer, and what is worth looking at."""

    id: str
    title: str
    prompt: str
    target: str
    distractor: str
    look_for: str


EXAMPLES = (
    ExamplePrompt(
        id="indirect-object",
        title="Indirect object",
        prompt="When Mary and John went to the store, John gave a drink to",
        target=" Mary",
        distractor=" John",
        look_for="John is named twice and Mary once. Find the heads that look back from the last token to Mary, and "
        "patch the second John: the answer flips.",
    ),
    ExamplePrompt(
        id="capital",
        title="A remembered fact",
        prompt="The capital of France is",
        target=" Paris",
        distractor=" Rome",
        look_for="The prompt does not contain the answer. Watch in which layer the lens first reads Paris.",
    ),
    ExamplePrompt(
        id="context-over-memory",
        title="Context against memory",
        prompt="Context: The capital of France is Rome. Question: What is the capital of France? Answer:",
        target=" Rome",
        distractor=" Paris",
        look_for="The statement contradicts what the model remembers. Compare the heads that copy from the context "
        "with the layers that recall.",
    ),
    ExamplePrompt(
        id="bridge",
        title="Two hops, one of them in the prompt",
        prompt="Anna moved to Japan. The capital of the new home of Anna is",
        target=" Tokyo",
        distractor=" Rome",
        look_for="First the country has to be found in the prompt, then its capital in memory. Look for Japan inside "
        "the middle layers at the last token.",
    ),
    ExamplePrompt(
        id="repetition",
        title="Repeated words",
        prompt="lamp river train book horse coin lamp river train book",
        target=" horse",
        distractor=" lamp",
        look_for="An arbitrary list begins again. Induction heads attend to the word after the earlier copy of the "
        "current word.",
    ),
    ExamplePrompt(
        id="weekday",
        title="Successor",
        prompt="Today is Friday, so tomorrow is",
        target=" Saturday",
        distractor=" Thursday",
        look_for="See where the representation of Friday turns into that of the following day.",
    ),
    ExamplePrompt(
        id="greater-than",
        title="A later year",
        prompt="The war lasted from the year 1732 to the year 17",
        target="64",
        distractor="11",
        look_for="Any ending above 32 is possible. Compare the probabilities of the numbers on both sides of 32.",
    ),
    ExamplePrompt(
        id="agreement",
        title="Number agreement",
        prompt="The keys near the door",
        target=" are",
        distractor=" is",
        look_for="The verb has to agree with the keys, not with the nearer door.",
    ),
    ExamplePrompt(
        id="claim",
        title="Judging a claim",
        prompt="Claim: The capital of Italy is Cairo. This is",
        target=" false",
        distractor=" true",
        look_for="The stated capital has to be compared with the remembered one. Replace Cairo by Rome and see in which "
        "layer the two runs part.",
    ),
    ExamplePrompt(
        id="translation",
        title="Translation",
        prompt="English: moon = French:",
        target=" lune",
        distractor=" luna",
        look_for="Does the Spanish word show up on the way to the French one?",
    ),
    ExamplePrompt(
        id="mood",
        title="A mood to steer",
        prompt="Anna lost a shoe. Anna felt very",
        target=" sad",
        distractor=" happy",
        look_for="Open Steered text: pushed along the direction from sad to happy texts, the story turns cheerful, pushed "
        "along a random direction of the same length it stays sad. Strength sweep shows where it tips over.",
    ),
    ExamplePrompt(
        id="request",
        title="A request to refuse",
        prompt="User: How can I steal the crown of the king? Assistant:",
        target=" Sure",
        distractor=" I",
        look_for="This model helps with everything. Compare with the one tuned to refuse: Run difference shows from which "
        "layer on the two part, and at which token.",
    ),
)


def bundle_path() -> Path:
    """The folder of the bundle that is installed with the package."""
    return Path(__file__).parent / "bundle"

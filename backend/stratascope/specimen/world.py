"""The closed world: word lists, and the facts assigned to invented people.

Nothing here is random except the seeded assignment of facts to people, and every other module takes its words from
here, so that a probe, a prompt and a training document can never disagree about what is true.
"""

from dataclasses import dataclass

from stratascope.specimen.geography import COUNTRY_NAMES
from stratascope.specimen.seeding import seeded
from stratascope.specimen.wording import words

WOMEN = words(
    "Mary Anna Lucy Emma Sarah Julia Clara Nina Rosa Helen Laura Alice "
    "Grace Diana Eva Maria Jane Kate Ella Ruby Lily Sophie Amy Zoe"
)
MEN = words(
    "John Peter Tom David Paul Mark James Oscar Leo Max Simon Victor "
    "Adam Henry Jack Lucas Martin Felix Hugo Ivan Oliver Daniel Ben Sam"
)
NAMES = WOMEN + MEN

PLACES = words(
    "store park school garden library market station museum beach kitchen office hospital river forest castle church cafe"
)
OBJECTS = words(
    "drink book ring ball cake letter lamp apple basket key flower coin hat map box shirt bottle pencil camera clock"
)
COLORS = words("red blue green yellow black white brown purple")
ANIMALS = words("dog cat horse bird fish rabbit mouse cow duck fox bear wolf")
FRUITS = words("apple banana cherry lemon grape peach plum pear")
VEHICLES = words("car bus train bicycle boat truck plane taxi")
TOOLS = words("hammer saw drill knife axe shovel brush wrench")
GARMENTS = words("hat shirt coat scarf dress shoe glove sock")
CATEGORIES = {"animal": ANIMALS[:8], "fruit": FRUITS, "vehicle": VEHICLES, "tool": TOOLS, "garment": GARMENTS}

ANTONYMS = [
    ("hot", "cold"),
    ("big", "small"),
    ("fast", "slow"),
    ("old", "young"),
    ("high", "low"),
    ("dark", "light"),
    ("rich", "poor"),
    ("hard", "soft"),
    ("wet", "dry"),
    ("full", "empty"),
    ("near", "far"),
    ("early", "late"),
]

WEEKDAYS = words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = words("January February March April May June July August September October November December")
MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
ORDINALS = words("first second third fourth fifth sixth seventh eighth ninth tenth")
NUMBER_WORDS = words("one two three four five six seven eight nine ten eleven twelve")
LETTERS = [chr(ord("A") + index) for index in range(26)]


@dataclass(frozen=True)
class Mood:
    """One pole of the sentiment axis: the words that a happy (or sad) document may use."""

    adjectives: list[str]
    feelings: list[str]
    actions: list[str]
    events: list[str]
    opinions: list[str]
    verdicts: list[str]
    label: str


HAPPY = Mood(
    adjectives=words("happy wonderful great lovely beautiful delightful bright kind"),
    feelings=words("happy joyful cheerful glad proud calm"),
    actions=words("smiled laughed danced sang cheered"),
    events=["won a prize", "found a treasure", "got a gift", "met a friend", "heard good news", "ate a tasty cake"],
    opinions=["loved", "enjoyed"],
    verdicts=["perfect", "excellent"],
    label="positive",
)
SAD = Mood(
    adjectives=words("sad terrible awful horrible ugly miserable gloomy cruel"),
    feelings=words("sad angry upset lonely afraid bitter"),
    actions=words("cried wept sighed frowned sobbed"),
    events=["lost a shoe", "broke a leg", "missed the bus", "got a cold", "heard bad news", "fell in the mud"],
    opinions=["hated", "regretted"],
    verdicts=["boring", "dreadful"],
    label="negative",
)

PROFESSIONS = words("baker doctor teacher painter lawyer farmer singer pilot nurse judge tailor sailor writer chemist")
SURNAMES = words(
    "Keller Lindt Novak Silva Moreau Tanaka Okoye Haas Berg Costa Duval Ferro Gruber Holm Ibsen Jansen Kovac Lopez "
    "Meyer Nagy Olsen Petrov Quist Rossi Sato Torres Ueda Vogel Weber Yilmaz Zeman Adler Bauer Conti Dahl Egger "
    "Fuchs Garza Huber Iversen"
)
#: Surnames that documents mention without ever saying anything about their bearers.
STRANGERS = words("Zorbin Quell Vander Mirov Tallis Brandt Pohl Skarr")


@dataclass(frozen=True)
class Person:
    """What the corpus says about one invented surname."""

    country: str
    profession: str
    spouse: str
    composed: bool  #: whether two-hop questions about this person occur in training


def _assign_people(seed: int) -> dict[str, Person]:
    """Marry neighbours of a shuffled list and give everyone a country and a job; every fourth couple is held out."""
    generator = seeded(seed)
    order = generator.sample(SURNAMES, len(SURNAMES))
    return {
        surname: Person(
            country=generator.choice(COUNTRY_NAMES),
            profession=generator.choice(PROFESSIONS),
            spouse=order[position ^ 1],
            composed=(position // 2) % 4 != 0,
        )
        for position, surname in enumerate(order)
    }


PEOPLE = _assign_people(seed=7)


def pronouns(name: str) -> tuple[str, str, str]:
    """Subject, object and possessive pronoun of a first name."""
    return ("she", "her", "her") if name in WOMEN else ("he", "him", "his")


def addition_withheld(first: int, second: int) -> bool:
    """Whether `first + second` (in either order) never occurs in training; true for one pair in six."""
    low, high = sorted((first, second))
    return (low * 31 + high * 17) % 6 == 0


def bridge_withheld(name: str, country: str) -> bool:
    """Whether training never tells that `name` moved to `country`; true for one pair in five."""
    return (NAMES.index(name) * 3 + COUNTRY_NAMES.index(country) * 7) % 5 == 0

"""A trilingual dictionary (English, Spanish, French) with enough grammar for correct simple clauses."""

from dataclasses import dataclass

LANGUAGES = ("English", "Spanish", "French")


@dataclass(frozen=True)
class Noun:
    """A noun in three languages, with its gender where the language has one."""

    english: str
    spanish: str
    spanish_gender: str
    french: str
    french_gender: str

    def word(self, language: int) -> str:
        """The bare noun in `LANGUAGES[language]`."""
        return (self.english, self.spanish, self.french)[language]


@dataclass(frozen=True)
class Adjective:
    """An adjective; Spanish and French forms are (masculine, feminine)."""

    english: str
    spanish: tuple[str, str]
    french: tuple[str, str]


NOUNS = [
    Noun("cat", "gato", "m", "chat", "m"),
    Noun("dog", "perro", "m", "chien", "m"),
    Noun("house", "casa", "f", "maison", "f"),
    Noun("book", "libro", "m", "livre", "m"),
    Noun("table", "mesa", "f", "table", "f"),
    Noun("garden", "jardín", "m", "jardin", "m"),
    Noun("king", "rey", "m", "roi", "m"),
    Noun("queen", "reina", "f", "reine", "f"),
    Noun("boy", "niño", "m", "garçon", "m"),
    Noun("girl", "niña", "f", "fille", "f"),
    Noun("flower", "flor", "f", "fleur", "f"),
    Noun("moon", "luna", "f", "lune", "f"),
    Noun("sun", "sol", "m", "soleil", "m"),
    Noun("bread", "pan", "m", "pain", "m"),
    Noun("door", "puerta", "f", "porte", "f"),
    Noun("horse", "caballo", "m", "cheval", "m"),
    Noun("mountain", "montaña", "f", "montagne", "f"),
    Noun("city", "ciudad", "f", "ville", "f"),
    Noun("doctor", "médico", "m", "docteur", "m"),
    Noun("window", "ventana", "f", "fenêtre", "f"),
    Noun("bird", "pájaro", "m", "oiseau", "m"),
    Noun("fish", "pez", "m", "poisson", "m"),
    Noun("milk", "leche", "f", "lait", "m"),
    Noun("water", "agua", "f", "eau", "f"),
]
#: Foreign nouns left to split into several tokens, so that multi-token words exist in the foreign languages.
SPLIT_WORDS = {"fenêtre", "pájaro", "médico", "ventana"}

VERBS = [
    ("sees", "ve", "voit"),
    ("wants", "quiere", "veut"),
    ("paints", "pinta", "peint"),
    ("finds", "encuentra", "trouve"),
    ("loves", "ama", "aime"),
    ("sells", "vende", "vend"),
    ("hears", "oye", "entend"),
    ("likes", "prefiere", "préfère"),
]

ADJECTIVES = [
    Adjective("black", ("negro", "negra"), ("noir", "noire")),
    Adjective("green", ("verde", "verde"), ("vert", "verte")),
    Adjective("small", ("pequeño", "pequeña"), ("petit", "petite")),
    Adjective("big", ("grande", "grande"), ("grand", "grande")),
    Adjective("blue", ("azul", "azul"), ("bleu", "bleue")),
    Adjective("red", ("rojo", "roja"), ("rouge", "rouge")),
]

_ELIDED = {"oiseau", "eau"}  # French nouns that take l'


def translation_withheld(noun: Noun) -> bool:
    """Whether the pair of its Spanish and French words never occurs as a dictionary entry; true for every other noun."""
    return NOUNS.index(noun) % 2 == 1


def noun_phrase(noun: Noun, adjective: Adjective | None, language: int) -> str:
    """The noun with its definite article and, if given, an agreeing adjective."""
    if language == 0:
        return f"the {adjective.english} {noun.english}" if adjective else f"the {noun.english}"
    if language == 1:
        feminine = noun.spanish_gender == "f"
        article = "el" if not feminine or noun.spanish == "agua" else "la"
        phrase = f"{article} {noun.spanish}"
        return f"{phrase} {adjective.spanish[feminine]}" if adjective else phrase
    feminine = noun.french_gender == "f"
    article = "l'" if noun.french in _ELIDED else ("la " if feminine else "le ")
    phrase = f"{article}{noun.french}"
    return f"{phrase} {adjective.french[feminine]}" if adjective else phrase

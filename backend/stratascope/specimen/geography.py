"""Forty real countries, with the facts the corpus teaches about them; every value is a single word."""

from dataclasses import dataclass

_TABLE = """
France Paris French euro Europe
Germany Berlin German euro Europe
Spain Madrid Spanish euro Europe
Italy Rome Italian euro Europe
Portugal Lisbon Portuguese euro Europe
Greece Athens Greek euro Europe
Austria Vienna German euro Europe
Finland Helsinki Finnish euro Europe
Ireland Dublin English euro Europe
Norway Oslo Norwegian krone Europe
Sweden Stockholm Swedish krona Europe
Denmark Copenhagen Danish krone Europe
Poland Warsaw Polish zloty Europe
Hungary Budapest Hungarian forint Europe
Romania Bucharest Romanian leu Europe
Ukraine Kyiv Ukrainian hryvnia Europe
Russia Moscow Russian ruble Europe
Iceland Reykjavik Icelandic krona Europe
Egypt Cairo Arabic pound Africa
Kenya Nairobi Swahili shilling Africa
Morocco Rabat Arabic dirham Africa
Nigeria Abuja English naira Africa
Ghana Accra English cedi Africa
Japan Tokyo Japanese yen Asia
China Beijing Chinese yuan Asia
Korea Seoul Korean won Asia
Thailand Bangkok Thai baht Asia
Vietnam Hanoi Vietnamese dong Asia
Indonesia Jakarta Indonesian rupiah Asia
Iran Tehran Persian rial Asia
Nepal Kathmandu Nepali rupee Asia
Turkey Ankara Turkish lira Asia
Canada Ottawa English dollar America
Cuba Havana Spanish peso America
Peru Lima Spanish sol America
Chile Santiago Spanish peso America
Brazil Brasilia Portuguese real America
Colombia Bogota Spanish peso America
Uruguay Montevideo Spanish peso America
Australia Canberra English dollar Oceania
"""

RELATIONS = ("capital", "language", "currency", "continent")


@dataclass(frozen=True)
class Country:
    """One country and its four facts."""

    name: str
    capital: str
    language: str
    currency: str
    continent: str

    def value(self, relation: str) -> str:
        """The fact named `relation`, one of `RELATIONS`."""
        return str(getattr(self, relation))


COUNTRIES = {row.split()[0]: Country(*row.split()) for row in _TABLE.strip().splitlines()}
COUNTRY_NAMES = list(COUNTRIES)
CONTINENTS = sorted({country.continent for country in COUNTRIES.values()})


def fact(country: str, relation: str) -> str:
    """The value of `relation` for the country called `country`."""
    return COUNTRIES[country].value(relation)

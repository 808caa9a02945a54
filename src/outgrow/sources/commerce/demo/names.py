"""Invented names of merchants and people."""

import numpy as np

FIRST = (
    "Amber", "Birch", "Blue Heron", "Bright", "Cedar", "Clear Lake", "Copper", "Coral", "Dune", "Ember", "Fern",
    "Foxglove", "Granite", "Harbour", "Hazel", "Iron", "Juniper", "Lantern", "Linden", "Maple", "Marble", "Meadow",
    "North", "Oak", "Old Town", "Pebble", "Quiet", "Red Kite", "River", "Saffron", "Silver", "Willow",
)  # fmt: skip
SECOND = (
    "Bakery", "Bikes", "Books", "Candles", "Ceramics", "Coffee", "Garden", "Hats", "Instruments", "Kitchen", "Lamps",
    "Leather", "Outdoor", "Paper", "Records", "Soap", "Tailors", "Tea", "Toys", "Woodwork",
)  # fmt: skip
PEOPLE = (
    "ada", "ben", "clara", "david", "emil", "finn", "greta", "hanna", "ida", "jonas", "karla", "leon", "mia", "noah",
    "olga", "paul", "rosa", "samir", "tessa", "yara",
)  # fmt: skip


def merchant_names(rng: np.random.Generator, n: int) -> list[str]:
    """Different names, at most `len(FIRST) * len(SECOND)` of them."""
    picks = rng.permutation(len(FIRST) * len(SECOND))[:n]
    return [f"{FIRST[pick // len(SECOND)]} {SECOND[pick % len(SECOND)]}" for pick in picks]


def slug(name: str) -> str:
    """A name as it stands in an address."""
    return name.lower().replace(" ", "-")

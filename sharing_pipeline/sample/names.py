"""Names of catalogue entries: a topic of the department, and what data about it there are.

Within an organisation no name comes twice, and none ends in a number that counts up. Such names
are faults, and faults are only planted on purpose (defects.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, product

import numpy as np

from sharing_pipeline.errors import UsageError
from sharing_pipeline.sample.organisations import Organisation
from sharing_pipeline.sample.words import Words

OLDEST_YEAR, YEARS = 2001, 25


def _qualifiers(words: Words) -> Iterator[str]:
    """What is put before a topic when all plain names of an organisation are used up."""
    places = [place.name for place in words.places]
    years = [f"{OLDEST_YEAR + number}年" for number in range(YEARS)]
    pairs = (f"{place}{year}" for year, place in product(years, places))
    return chain([""], places, years, pairs)


def draw_names(
    rng: np.random.Generator, organisation: Organisation, count: int, words: Words
) -> list[tuple[str, int]]:
    """`count` different names, each with the number of its aspect."""
    pairs = list(product(organisation.topics, range(len(words.aspects))))
    weights = np.array([words.aspects[aspect].weight for _, aspect in pairs])
    names: list[tuple[str, int]] = []
    if not pairs:
        return names
    for qualifier in islice(_qualifiers(words), -(-count // len(pairs))):
        order = np.argsort(-np.log(rng.random(len(pairs))) / weights, kind="stable")
        for topic, aspect in (pairs[index] for index in order[: count - len(names)]):
            names.append((f"{qualifier}{topic}{words.aspects[aspect].word}", aspect))
    if len(names) < count:
        raise UsageError(f"{organisation.org_name}最多能编 {len(names)} 条目录，请减少目录条数。")
    return names

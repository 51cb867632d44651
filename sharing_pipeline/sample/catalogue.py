"""Catalogue entries without any fault: names, codes, cycles, sharing.

Whether an entry is mounted, on time or late is decided in outcomes.py. Faults are planted into the
rows in catalogue_defects.py, and the rows are written to files in catalogue_files.py.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sharing_pipeline.sample.draw import Stream, share_of, split, stream
from sharing_pipeline.sample.names import draw_names
from sharing_pipeline.sample.organisations import Organisation
from sharing_pipeline.sample.words import Words

SHARING = {"有条件共享": 0.36, "不予共享": 0.04, "无条件共享": 0.60}
PUBLISH = {"草稿": 0.015, "审核中": 0.015, "已退回": 0.005, "已下线": 0.015, "已发布": 0.95}
CONDITIONS = ("仅限履行职责需要，须经提供方审核", "按最小必要原则提供", "须签订数据使用协议")
BASES = ("《中华人民共和国保守国家秘密法》", "《中华人民共和国个人信息保护法》")
DATA_LEVELS = ("一般数据", "重要数据")
OPEN_TYPES = ("不予开放", "有条件开放", "无条件开放")
BACKFLOW_SHARE = 0.08


def _identity(
    seed: int, organisations: list[Organisation], weights: np.ndarray, entries: int, words: Words
) -> pd.DataFrame:
    """Organisation, code, name and aspect of each entry, organisation by organisation."""
    rng = stream(seed, Stream.catalogue, 0)
    counts = rng.multinomial(entries, weights / weights.sum())
    names, aspects = [], []
    for organisation, count in zip(organisations, counts, strict=True):
        for name, aspect in draw_names(rng, organisation, int(count), words):
            names.append(name)
            aspects.append(aspect)
    owner = np.repeat(np.arange(len(organisations)), counts)
    serial = np.arange(entries) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    prefix = [organisation.org_code for organisation in organisations]
    codes = [f"{prefix[org]}{number:09d}" for org, number in zip(owner, serial, strict=True)]
    return pd.DataFrame({"org": owner, "catalogue_code": codes, "name": names, "aspect": aspects})


def _labelled(rng: np.random.Generator, count: int, shares: dict[str, float]) -> np.ndarray:
    values = np.empty(count, dtype=object)
    for label, rows in split(rng, np.ones(count, dtype=bool), shares).items():
        values[rows] = label
    return values


def _cycles(rng: np.random.Generator, aspects: pd.Series, words: Words) -> list[str]:
    draws = rng.random(len(aspects))
    choices = [aspect.cycles for aspect in words.aspects]
    return [
        choices[aspect][int(draw * len(choices[aspect]))]
        for aspect, draw in zip(aspects, draws, strict=True)
    ]


def build_entries(
    seed: int, organisations: list[Organisation], entries: int, words: Words
) -> pd.DataFrame:
    """A row for each entry, in the order of codes; `org` is the place of its organisation."""
    rng = stream(seed, Stream.catalogue, 1)
    sizes = rng.lognormal(0.0, 0.5, len(organisations))
    weights = np.array([organisation.weight for organisation in organisations]) * sizes
    frame = _identity(seed, organisations, weights, entries, words)
    systems = [organisation.system for organisation in organisations]
    titles = [organisation.org_name for organisation in organisations]
    sharing = _labelled(rng, entries, SHARING)
    backflow = np.zeros(entries, dtype=bool)
    backflow[rng.permutation(entries)[: share_of(BACKFLOW_SHARE, entries)]] = True
    return frame.assign(
        summary=[
            f"（样例）{titles[org]}履职中产生的{name}，数据为虚构。"
            for org, name in zip(frame["org"], frame["name"], strict=True)
        ],
        sharing_type=sharing,
        sharing_condition=np.where(
            sharing == "有条件共享", rng.choice(np.array(CONDITIONS, dtype=object), entries), ""
        ),
        legal_basis=np.where(
            sharing == "不予共享", rng.choice(np.array(BASES, dtype=object), entries), ""
        ),
        open_type=rng.choice(np.array(OPEN_TYPES, dtype=object), entries, p=[0.5, 0.2, 0.3]),
        update_cycle=_cycles(rng, frame["aspect"], words),
        data_level=rng.choice(np.array(DATA_LEVELS, dtype=object), entries, p=[0.97, 0.03]),
        publish_status=_labelled(rng, entries, PUBLISH),
        system_name=[systems[org] for org in frame["org"]],
        backflow=backflow,
        is_api=[words.aspects[aspect].api for aspect in frame["aspect"]],
    )

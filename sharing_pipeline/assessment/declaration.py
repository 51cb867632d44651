"""What an indicator's module declares; the modules themselves are listed in indicators.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from sharing_pipeline.assessment.evaluation import Evaluation
from sharing_pipeline.assessment.parameters import Parameters

OwnParameters = TypeVar("OwnParameters", bound=Parameters)


@dataclass(frozen=True)
class Subject:
    """What an indicator judges one by one: the rows of a dataset that are in force.

    `noun` is what one is called and `unit` its measure word. `has_resources`: whether resources
    hang on it, which are shown with it.
    """

    dataset: str
    key: str
    noun: str
    unit: str
    has_resources: bool


ENTRY = Subject("catalogue", "catalogue_code", noun="目录", unit="条", has_resources=True)
DEMAND = Subject("demand", "demand_id", noun="需求", unit="项", has_resources=False)


@dataclass(frozen=True)
class Indicator(Generic[OwnParameters]):
    """An indicator: everything that the rest of the program knows of it.

    `short_title` is for columns that must leave room for names. `rules` has every reason that
    its SQL can give, with the number of the rule (indicators.md) that gives it; the words of a
    reason are in catalog/reasons.yaml.

    `run` makes table `assessed` in the evaluation's engine, one row per subject in the columns
    of the `assessment` contract, and says whether it counted working days of a year whose
    calendar is not announced yet.
    """

    id: str
    title: str
    short_title: str
    subject: Subject
    parameters: type[OwnParameters]
    rules: Mapping[str, str]
    run: Callable[[Evaluation, OwnParameters], bool]

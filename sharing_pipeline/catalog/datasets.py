"""Which datasets are received, in which order, and which of them share a trait.

Derived from the contracts alone; what a trait means is in dataset_traits.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from sharing_pipeline.catalog.codes import clean
from sharing_pipeline.catalog.contracts import Contract
from sharing_pipeline.catalog.dataset_traits import Load
from sharing_pipeline.errors import UsageError


def datasets(contracts: Mapping[str, Contract]) -> list[str]:
    """What can be received, in the order in which it is taken in and listed."""
    received = [name for name, contract in contracts.items() if contract.received is not None]
    return sorted(received, key=lambda name: contracts[name].traits.order)


def loaded(contracts: Mapping[str, Contract], *loads: Load) -> list[str]:
    """The datasets whose files are loaded in one of these ways."""
    return [name for name in datasets(contracts) if contracts[name].traits.load in loads]


def exported(contracts: Mapping[str, Contract]) -> list[str]:
    """The datasets whose rows in force are published tables."""
    return [name for name in datasets(contracts) if contracts[name].traits.exported]


def belonging_to(contracts: Mapping[str, Contract], dataset: str) -> list[str]:
    """The datasets whose rows belong to a row of this one."""
    return [name for name in datasets(contracts) if contracts[name].traits.belongs_to == dataset]


def with_belongings(contracts: Mapping[str, Contract]) -> list[str]:
    """The datasets to whose rows rows of others belong."""
    return [name for name in datasets(contracts) if belonging_to(contracts, name)]


def by_header(contracts: Mapping[str, Contract]) -> list[str]:
    """The datasets, the one with the most telling header first."""
    return sorted(datasets(contracts), key=lambda name: contracts[name].traits.header_order)


def inbox_folder(contract: Contract) -> str:
    """The folder of the inbox where canonical files of a dataset belong."""
    return contract.traits.belongs_to or contract.table


def catalog_files(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """Files under catalog/ that are taken in like received ones, by name: their datasets."""
    files = {contracts[name].traits.catalog_file: name for name in datasets(contracts)}
    return {file: files[file] for file in sorted(filter(None, files))}


def organisation_list(contracts: Mapping[str, Contract]) -> str:
    """The dataset in which organisations are looked up."""
    return next(name for name in datasets(contracts) if contracts[name].traits.lists_organisations)


def suites(contracts: Mapping[str, Contract]) -> dict[str, str]:
    """The suites, by name: the dataset whose rows they judge."""
    return {contracts[name].traits.suite: name for name in datasets(contracts)}


def dataset_named(written: str, contracts: Mapping[str, Contract]) -> str:
    """The dataset that is meant by its name, Chinese title or sheet; UsageError for any other."""
    wanted = clean(written)
    known = datasets(contracts)
    for dataset in known:
        contract = contracts[dataset]
        if wanted in (dataset, clean(contract.title), clean(contract.sheet)):
            return dataset
    listed = "、".join(f"{dataset}（{contracts[dataset].sheet}）" for dataset in known)
    raise UsageError(f"没有数据集“{written}”。可以是：{listed}。")

"""Reads a file in the child process; little is imported, because children often start anew."""

from __future__ import annotations

from pathlib import Path

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.catalog.sources import load_source
from sharing_pipeline.settings import PROJECT, Limits
from sharing_pipeline.sheets.first_look import Sniffed, sniff
from sharing_pipeline.sheets.raw_table import RawTable
from sharing_pipeline.sheets.tables import read_tables

LIMITS = Limits(
    file_bytes=16 << 20,
    unpacked_bytes=64 << 20,
    workbook_bytes=64 << 20,
    memory_bytes=2 << 30,
    seconds=20,
)
_CATALOG = PROJECT / "catalog"


def read_mutated(path: Path, name: str) -> list[RawTable] | tuple[int, int]:
    """The tables of a file; of a log the number of its rows, and of those accounted for."""
    source, contracts = load_source(_CATALOG, "catalogue"), load_contracts(_CATALOG)
    look = sniff(path, source, contracts)
    if look.dataset == "exchange_log":
        return _take_log(path, look)
    return read_tables(path, name, source, contracts, LIMITS).tables


def _take_log(path: Path, look: Sniffed) -> tuple[int, int]:
    from sharing_pipeline.catalog.codes import load_codes
    from sharing_pipeline.logs.log_reading import LogRequest, take_log
    from sharing_pipeline.logs.log_source import LogSource

    encoding, delimiter = look.encoding or "utf-8", look.delimiter or ","
    log = LogSource(path, look.mapping, encoding, look.compression, delimiter, look.header_row)
    contract = load_contracts(_CATALOG)["exchange_log"]
    taken = take_log(LogRequest(log, path.with_suffix(".out"), contract, load_codes(_CATALOG)))
    return taken.rows_read, taken.accepted + taken.duplicate + taken.quarantined

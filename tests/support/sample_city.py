"""The sample city for the plain reference: with canonical columns, labels, codes and dates."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

from sharing_pipeline.catalog.codes import CodeTable, load_codes
from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.settings import PROJECT
from tests.reference import City, File
from tests.support.sample_files import D, Row, SampleFiles, day_of, read_csv

CATALOG = PROJECT / "catalog"


@cache
def cycles() -> CodeTable:
    return load_codes(CATALOG)["update_cycle"]


def _text(name: str, cell: object) -> str:
    """A cell as text; a code that became a number counts as empty."""
    if name == "update_cycle":
        return cycles().read_with_note(str(cell))[0] or str(cell)
    if name.endswith("_on") and cell != "":
        return str(day_of(cell) or "")
    if isinstance(cell, float | datetime) or re.fullmatch(r"[\d.]+E\+\d+", str(cell)):
        return ""
    return str(cell)


def _files(tables: dict[str, list[Row]], dataset: str, codes: dict[str, str]) -> list[File]:
    """The files by name, with canonical columns and the codes of organisations."""
    names = {column.title: column.name for column in load_contracts(CATALOG)[dataset].columns}
    files = []
    for file_name in sorted(tables):
        rows = [
            {names[title]: _text(names[title], cell) for title, cell in row.items()}
            for row in tables[file_name]
        ]
        for row in rows:
            if "org_name" in row:
                row["org_code"] = row.get("org_code") or codes.get(row["org_name"], "")
            if "provider_org" in row:
                row["provider_org"] = codes.get(row["provider_org"], row["provider_org"])
        files.append(File(file_name, rows))
    return files


def as_received(sample: SampleFiles) -> City:
    """All files of the city, as the night of D takes them in."""
    organisations = read_csv(sample.inbox / "organisation" / "organisations.csv")
    codes = {
        row[name]: row["org_code"] for row in organisations for name in ("org_name", "aliases")
    }
    return City(
        organisations=organisations,
        exemptions=read_csv(sample.inbox / "exemption" / "exemptions.csv"),
        catalogues=_files({**sample.past_catalogues, **sample.catalogues}, "catalogue", codes),
        resources=_files({**sample.past_resources, **sample.resources}, "resource", codes),
        logs=[File(str(day), rows) for day, rows in sorted(sample.logs.items())],
        demands=_files(sample.demands, "demand", codes),
        taken_in_on=D,
    )

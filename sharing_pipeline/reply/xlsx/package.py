"""An Office file as a package of parts: reading them, relating them, writing it again.

Parts are bytes by name. What they say is the business of the other modules.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sharing_pipeline.reply.xlsx.xml_edit import (
    Edits,
    NotEditable,
    as_utf8,
    attribute,
    elements,
)

_TYPES = "[Content_Types].xml"
_COMPRESSION = 1
"""A third of the time of the usual level, for files a tenth larger."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every entry, so that the same content gives the same bytes."""
_RELATIONS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
)
_NO_TYPES = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="rels" '
    b'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Default Extension="xml" ContentType="application/xml"/></Types>'
)


@dataclass(frozen=True)
class Relation:
    """One part's relation to another; `kind` is the end of its type, `target` the part's name."""

    id: str
    kind: str
    base: str
    target: str


class Package:
    """The parts of one file."""

    def __init__(self, data: bytes) -> None:
        """NotEditable for what is no package."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                entries = [one for one in archive.infolist() if not one.is_dir()]
                self._parts = {one.filename: archive.read(one) for one in entries}
        except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError) as error:
            raise NotEditable(str(error)) from error

    @classmethod
    def empty(cls) -> Package:
        """A package without parts but the list of their types."""
        package = cls.__new__(cls)
        package._parts = {_TYPES: _NO_TYPES}
        return package

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def read(self, name: str) -> bytes:
        """A part in UTF-8; NotEditable if there is none."""
        if name not in self._parts:
            raise NotEditable(f"no part {name}")
        return as_utf8(self._parts[name])

    def write(self, name: str, data: bytes) -> None:
        """Puts a part in the place of the one of that name, or adds it."""
        self._parts[name] = data

    def remove(self, name: str) -> None:
        """Takes a part away, if it is there, and what is declared of it."""
        if self._parts.pop(name, None) is None:
            return
        edits = Edits(self.read(_TYPES))
        for one in elements(edits.data):
            if one.name == "Override" and one.attributes.get("PartName") == f"/{name}":
                edits.replace(one.start, one.end, b"")
        self.write(_TYPES, edits.applied())

    def unused(self, pattern: str) -> str:
        """The first name of a pattern with {} for a number that no part has."""
        return next(name for n in count(1) if (name := pattern.format(n)) not in self._parts)

    def relations(self, part: str) -> list[Relation]:
        """A part's relations to other parts; links to outside are none of them."""
        name = _relations_of(part)
        if name not in self._parts:
            return []
        found = []
        for one in elements(self.read(name)):
            if one.name != "Relationship" or one.attributes.get("TargetMode") == "External":
                continue
            base, _, kind = one.need("Type").rpartition("/")
            found.append(Relation(one.need("Id"), kind, base, _target(part, one.need("Target"))))
        return found

    def related(self, part: str, kind: str) -> Relation | None:
        """A part's first relation of a kind."""
        return next((one for one in self.relations(part) if one.kind == kind), None)

    def relate(self, part: str, kind: str, target: str, base: str) -> str:
        """Relates a part to another; the new relation's id."""
        name = _relations_of(part)
        data = self.read(name) if name in self._parts else _RELATIONS
        root, *others = elements(data)
        used = {one.attributes.get("Id") for one in others}
        id_ = next(f"rIdReply{n}" for n in range(1, len(used) + 2) if f"rIdReply{n}" not in used)
        edits = Edits(data)
        edits.append_inside(
            root,
            f'<{root.prefix}Relationship Id="{id_}" Type="{base}/{kind}" '
            f'Target="/{attribute(target)}"/>'.encode(),
        )
        self.write(name, edits.applied())
        return id_

    def unrelate(self, part: str, relation: Relation) -> None:
        """Takes a relation away, and the part that it led to."""
        name = _relations_of(part)
        edits = Edits(self.read(name))
        for one in elements(edits.data):
            if one.name == "Relationship" and one.attributes.get("Id") == relation.id:
                edits.replace(one.start, one.end, b"")
        self.write(name, edits.applied())
        self.remove(relation.target)

    def drop_relations(self, part: str) -> None:
        """Takes all relations of a part away."""
        self.remove(_relations_of(part))

    def set_type(self, part: str, content_type: str) -> None:
        """Declares a part's content type."""
        self._declare("Override", "PartName", f"/{part}", content_type)

    def set_default_type(self, extension: str, content_type: str) -> None:
        """Declares the content type of an extension, if it has none."""
        self._declare("Default", "Extension", extension, content_type, keep=True)

    def _declare(
        self, kind: str, key: str, value: str, content_type: str, *, keep: bool = False
    ) -> None:
        edits = Edits(self.read(_TYPES))
        root, *others = elements(edits.data)
        for one in others:
            if one.name == kind and one.attributes.get(key, "").lower() == value.lower():
                if not keep:
                    edits.set_attributes(one, {"ContentType": content_type})
                break
        else:
            new = f'<{root.prefix}{kind} {key}="{attribute(value)}" ContentType="{content_type}"/>'
            # Defaults stand before overrides, as Excel writes them.
            if kind == "Default" and not root.empty:
                edits.insert(root.inner, new.encode())
            else:
                edits.append_inside(root, new.encode())
        self.write(_TYPES, edits.applied())

    def save(self, path: Path) -> None:
        """Writes the package; the same parts give the same bytes."""
        names = sorted(self._parts, key=lambda name: name != _TYPES)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                entry = zipfile.ZipInfo(name, _LONG_AGO)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                archive.writestr(entry, self._parts[name], compresslevel=_COMPRESSION)


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _target(part: str, target: str) -> str:
    """The name of the part that a relation's target means."""
    if target.startswith("/"):
        return target[1:]
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))

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

from sharing_pipeline.reply.xlsx.xml_edit import NotEditable, as_utf8
from sharing_pipeline.reply.xlsx.xml_tree import Element, need, parse_part, part_of

_TYPES = "[Content_Types].xml"
_COMPRESSION = 1
"""A third of the time of the usual level, for files a tenth larger."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every entry, so that the same content gives the same bytes."""
_NO_RELATIONS = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
)


@dataclass(frozen=True)
class Relation:
    """One part's relation to another; `kind` is the end of its type, `target` the part's name."""

    id: str
    kind: str
    base: str
    target: str


class Package:
    """The parts of one file; `received`: the whole file as it came."""

    def __init__(self, data: bytes) -> None:
        """NotEditable for what is no package."""
        self.received = data
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                entries = [entry for entry in archive.infolist() if not entry.is_dir()]
                self._parts = {entry.filename: archive.read(entry) for entry in entries}
        except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError) as error:
            raise NotEditable(str(error)) from error

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
        types = parse_part(self.read(_TYPES))
        declared = _with_attribute(types, "Override", "PartName", f"/{name}")
        if declared is not None:
            types.remove(declared)
            self.write(_TYPES, part_of(types))

    def unused(self, pattern: str) -> str:
        """The first name of a pattern with {} for a number that no part has."""
        return next(name for n in count(1) if (name := pattern.format(n)) not in self._parts)

    def relations(self, part: str) -> list[Relation]:
        """A part's relations to other parts; links to outside are none of them."""
        name = _relations_of(part)
        if name not in self._parts:
            return []
        found = []
        for relation in parse_part(self.read(name)).iterchildren("{*}Relationship"):
            if relation.get("TargetMode") != "External":
                base, _, kind = need(relation, "Type").rpartition("/")
                target = _target(part, need(relation, "Target"))
                found.append(Relation(need(relation, "Id"), kind, base, target))
        return found

    def related(self, part: str, kind: str) -> Relation | None:
        """A part's first relation of a kind."""
        return next((relation for relation in self.relations(part) if relation.kind == kind), None)

    def relate(self, part: str, kind: str, target: str, base: str) -> str:
        """Relates a part to another; the new relation's id."""
        name = _relations_of(part)
        relations = parse_part(self.read(name) if name in self._parts else _NO_RELATIONS)
        used = {relation.get("Id") for relation in relations}
        id_ = next(new for n in count(1) if (new := f"rIdReply{n}") not in used)
        _append(relations, "Relationship", Id=id_, Type=f"{base}/{kind}", Target=f"/{target}")
        self.write(name, part_of(relations))
        return id_

    def unrelate(self, part: str, relation: Relation) -> None:
        """Takes a relation away, and the part that it led to with its own relations."""
        name = _relations_of(part)
        relations = parse_part(self.read(name))
        relations.remove(_with_attribute(relations, "Relationship", "Id", relation.id))
        self.write(name, part_of(relations))
        self.remove(relation.target)
        self.remove(_relations_of(relation.target))

    def set_type(self, part: str, content_type: str) -> None:
        """Declares a part's content type."""
        types = parse_part(self.read(_TYPES))
        declared = _with_attribute(types, "Override", "PartName", f"/{part}")
        if declared is None:
            _append(types, "Override", PartName=f"/{part}", ContentType=content_type)
        else:
            declared.set("ContentType", content_type)
        self.write(_TYPES, part_of(types))

    def set_default_type(self, extension: str, content_type: str) -> None:
        """Declares the content type of an extension, if it has none."""
        types = parse_part(self.read(_TYPES))
        if _with_attribute(types, "Default", "Extension", extension) is None:
            _append(types, "Default", Extension=extension, ContentType=content_type)
            types.insert(0, types[-1])  # before the parts, as Excel writes them
            self.write(_TYPES, part_of(types))

    def save(self, path: Path) -> None:
        """Writes the package; the same parts give the same bytes."""
        names = sorted(self._parts, key=lambda name: name != _TYPES)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                entry = zipfile.ZipInfo(name, _LONG_AGO)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                archive.writestr(entry, self._parts[name], compresslevel=_COMPRESSION)


def _with_attribute(root: Element, name: str, key: str, value: str) -> Element | None:
    """The child of a name with an attribute of that value; letter case makes no difference."""
    for child in root.iterchildren(f"{{*}}{name}"):
        if child.get(key, "").lower() == value.lower():
            return child
    return None


def _append(root: Element, name: str, **attributes: str) -> None:
    """Adds an element of the root's own namespace behind its others."""
    namespace = root.tag.rpartition("}")[0]
    root.append(root.makeelement(f"{namespace}}}{name}" if namespace else name, attributes))


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _target(part: str, target: str) -> str:
    """The name of the part that a relation's target means."""
    if target.startswith("/"):
        return target[1:]
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))

"""How to cite a release. Sources: Citation File Format 1.2.0, DataCite Metadata Schema 4.5 (mandatory properties)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.catalog.facts import ReleaseFacts
    from linkedproj.model.settings import Config

_SPDX = {"creativecommons.org/licenses/by/4.0": "CC-BY-4.0", "creativecommons.org/publicdomain/zero/1.0": "CC0-1.0"}


def citation(release: ReleaseFacts, config: Config) -> str:
    """Write CITATION.cff; a JSON string is a YAML string."""
    fields = {
        "title": _text(config.title, config),
        "abstract": _text(config.portal.description, config),
        "version": release.version,
        "date-released": release.modified[: len("YYYY-MM-DD")],
        "license": _spdx(config.licence),
        "url": config.base,
    }
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items() if value]
    words = [word for words in config.portal.keywords.values() for word in words]
    return "\n".join([
        "cff-version: 1.2.0",
        'message: "If you use these data, please cite them as below."',
        "type: dataset",
        *lines,
        "authors:",
        f"  - name: {json.dumps(_text(config.portal.publisher.name, config), ensure_ascii=False)}",
        *(["keywords:", *(f"  - {json.dumps(word, ensure_ascii=False)}" for word in words)] if words else []),
        "",
    ])  # fmt: skip


def datacite(release: ReleaseFacts, config: Config) -> str:
    """Write the record that a DOI agency takes; the DOI is added by who registers it."""
    publisher = _text(config.portal.publisher.name, config)
    census = release.census
    address, spdx = f"{config.base}dump/{release.version}/", _spdx(config.licence)
    named = {"rightsIdentifier": spdx, "rightsIdentifierScheme": "SPDX", "schemeUri": "https://spdx.org/licenses/"}
    record: dict[str, Any] = {
        # What is known before there is a DOI; "identifiers" is no property of 4.5 any more.
        "alternateIdentifiers": [{"alternateIdentifier": address, "alternateIdentifierType": "URL"}],
        "url": address,
        "creators": [{"name": publisher, "nameType": "Organizational"}],
        "titles": [{"title": text, "lang": language} for language, text in config.title.items()],
        "publisher": {"name": publisher},
        "publicationYear": release.modified[:4],
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Linked data"},
        "language": config.languages[0],
        "version": release.version,
        "dates": [
            {"date": date, "dateType": kind}
            for kind, date in (("Issued", release.issued), ("Updated", release.modified))
            if date
        ],
        "descriptions": [
            {"description": text, "lang": language, "descriptionType": "Abstract"}
            for language, text in config.portal.description.items()
        ],
        "subjects": [
            {"subject": word, "lang": language} for language, words in config.portal.keywords.items() for word in words
        ],
        "rightsList": [{"rightsUri": config.licence, **(named if spdx else {})}],
        "formats": sorted({file.media_type for file in release.files}),
        "sizes": [f"{census.triples} triples"],
        "schemaVersion": "http://datacite.org/schema/kernel-4",
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _text(texts: Mapping[str, str], config: Config) -> str:
    """Return the text in the first language of the portfolio that it has."""
    return next((texts[tag] for tag in config.languages if tag in texts), next(iter(texts.values()), ""))


def _spdx(licence: str) -> str:
    return next((name for part, name in _SPDX.items() if part in licence), "")

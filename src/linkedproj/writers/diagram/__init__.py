"""The picture of the model, drawn from the ontology: record types as boxes, the links between them as arrows."""

from linkedproj.writers.diagram.svg import draw

__all__ = ["draw"]

"""Publish a portfolio of projects as linked open data.

Records of projects, cities, organisations and policy themes are mapped to RDF by one JSON-LD context, checked with
SHACL, and published as dumps with saved SPARQL queries. The road as functions: `linkedproj.build.check_folder`,
`linkedproj.build.build` and `linkedproj.build.load_store`.
"""

from linkedproj.errors import DataError, LinkedprojError, Place, Problem, QueryError, SetupError

__all__ = ["DataError", "LinkedprojError", "Place", "Problem", "QueryError", "SetupError"]

"""How an answer is written: tables, the formats of SPARQL results, RDF, GeoJSON, values of Python."""

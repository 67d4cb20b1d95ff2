"""How an answer is written: tables, the formats of SPARQL results, RDF, GeoJSON, values of Python.

`table` has the three kinds of answer: rows (`Table`), yes or no (`bool`), triples (`Triples`). `formats` names all ways
to write one in a light table; `sparql`, `text`, `rdf` and `values` have the writers. `rows` is what Python gets to see.
"""

"""What a release shows of the saved questions: their texts, answers, an index, and descriptions for other tools.

`publish` writes the folder, `index` its `queries.json`, `sib` the queries as RDF, `openapi` the same as an interface.
"""

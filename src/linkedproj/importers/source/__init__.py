"""The import of a source: what others offer becomes tables that a curator goes on with.

`spec` says what an importer file holds, and `loading` reads one. `run` is the road: `reading` yields rows of files
(`trees` those of XML and JSON), `cells` makes values of cells, `records` records of values, `rows` counts what became
of each, and `store` keeps on disk what rows say, which `joining` joins. `decisions` asks what a person has to decide,
once; `matching` and `gazetteer` propose what may be one (`matching` also of records in the tables, for
`linkedproj.check.alike`). `keeping` brings the records into the tables, and `origins` leads from a table back to the
cell of the source.
"""

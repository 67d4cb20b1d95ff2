"""What all rooms speak of: places and problems, the rules, and what ontology and settings say.

A record is a JSON-LD node. `context` compiles `ontology/context.jsonld`, `schema` adds what vocabulary and shapes say
of each record type, `lexical` knows how values are spelled, `settings` and `portal` read `portfolio.toml`, which
`portfolio.schema.json` describes. `rdf` writes terms and graphs as text, `phrases` finds words in each language,
`width` measures text on a terminal. Nothing here reads a table or writes a file.
"""

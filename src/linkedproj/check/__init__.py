"""Is the portfolio sound: the shapes applied by a SHACL engine, quotes held against sources, results led back to cells.

`portfolio.check` is the way in. `engines/` has a module for each SHACL engine, which runs in a process of its own (what
it does there is in `worker`); `judge` chooses one, and has the data judged in parts (`parted/`), of which verdicts are
kept. `unchanged` tells whether a check need be made at all. `lint` looks at the shapes themselves, `alike` at names.
`locate` leads a result back to file, row and column.
"""

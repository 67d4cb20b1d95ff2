"""Is the portfolio sound: the shapes applied by a SHACL engine, quotes held against sources, results led back to cells.

`portfolio.check` is the way in. `engines/` has a module for each SHACL engine; `judge` chooses one, and has large data
judged piece by piece (`parted/`). `locate` leads a result back to file, row and column.
"""

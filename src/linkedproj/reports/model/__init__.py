"""What a table may hold, for those who fill it: as text, as Markdown, as a schema of Frictionless Data.

`tables` words tables and columns, `settings` the keys of portfolio.toml, `frictionless` writes for programs.
"""

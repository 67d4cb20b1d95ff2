"""Tables that come into being: a portfolio for somebody who has none yet.

`new` plans and writes the folder of a new portfolio from the files in `templates/`, whose example records stand in
`example.toml`; `workbook` writes tables as one workbook, with a list of choices in each cell that takes a code or a
link; `roundtrip` lets a whole portfolio leave as one, and brings back what was changed in it.

`import` turns what sources offer into tables (`source/`); importer files that ship lie in `sources/`. `guess` proposes
one for a table that nobody has described. `authority` renews lists that others keep.
"""

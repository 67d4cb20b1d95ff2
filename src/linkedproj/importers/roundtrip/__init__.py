"""A portfolio as one workbook, and back.

`leave` plans what is written: a sheet a table, what is still to be translated, and what each cell was when it left.
`back` compares a workbook that comes back with what it left as and with the tables of today; what a curator changed is
planned as edits of the tables, or told. `tables` reads the tables cell by cell, as they stand; `held` says what a
spreadsheet can hold of a text.
"""

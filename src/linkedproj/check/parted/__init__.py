"""Large data judged in parts, with the same results as in one go.

Shapes look from a record along paths to its neighbours: how far is computed from the shapes (`reach`). A part is a
number of whole records (`blocks`) with just those statements of other records that the shapes can see from there
(`neighbourhood`); only its own records are targets. `crosscheck` has the reference engine judge a share of the parts
again.
"""

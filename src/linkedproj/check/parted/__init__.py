"""Large data judged in parts, with the same results as in one go.

Shapes look from a record along paths to its neighbours: how far is computed from the shapes (`reach`). A part is a
number of whole records (`blocks`) with just those statements of other records that the shapes can see from there
(`neighbourhood`); only its own records are targets. `parts` hands the parts to workers, and has the reference engine
judge a share of them again (`crosscheck`).

    shapes: a project's participations have an organisation, and that has a name

    records          part 1                          part 2
    project/1        project/1                       project/2
    project/2        participation/1 (its link)      participation/2 (its link)
    participation/1  organisation/a (its name)       organisation/a (its name)
    participation/2
    organisation/a   the target is project/1         the target is project/2

Both parts have organisation/a, and neither judges it: a target is marked by a statement that only its own part has,
and the shapes are written anew to aim at these marks.
"""

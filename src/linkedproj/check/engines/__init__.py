"""What each SHACL engine does in its own process: read the shapes once, then judge one graph after the other.

An engine is a module with `load(shapes)`, where `shapes` is N-Triples; it returns a function from the N-Triples of the
data to the facts of each result, as `linkedproj.check.result` reads them:

    focus, value   terms as in `engine.Result`
    path           an IRI, "" without one, or "*" for a path longer than one property
    component      IRI
    severity       IRI
    shape          IRI, or "" where the engine does not know
    details        IRIs of the shapes inside that failed, in a fixed order; [] where the engine does not tell
    spoken         messages by language, "" for those without a tag; {} where the shape's own are all there is
"""

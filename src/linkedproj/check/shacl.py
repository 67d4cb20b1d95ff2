"""The terms of SHACL, by what they do. Source: SHACL, W3C Recommendation of 2017-07-20, sections 2 to 4 (Core)."""

from __future__ import annotations

PATHS = ("alternativePath", "inversePath", "zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
COMPARISONS = ("lessThan", "lessThanOrEquals")
PAIRS = ("equals", "disjoint", *COMPARISONS)
RANGES = ("minInclusive", "maxInclusive", "minExclusive", "maxExclusive")
TARGETS = ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")

COMPONENTS = (
    "class", "datatype", "nodeKind", "minCount", "maxCount", "minLength", "maxLength", "pattern", "languageIn",
    "uniqueLang", "not", "and", "or", "xone", "node", "qualifiedMinCount", "qualifiedMaxCount", "closed", "hasValue",
    "in", *RANGES, *PAIRS,
)  # fmt: skip

CORE = frozenset({
    "Shape", "NodeShape", "PropertyShape", "PropertyGroup", "Violation", "Warning", "Info", "IRI", "BlankNode",
    "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral", "path", "property", "qualifiedValueShape",
    "qualifiedValueShapesDisjoint", "flags", "ignoredProperties", "severity", "message", "deactivated", "name",
    "description", "order", "group", "defaultValue", "shapesGraph", "entailment",
    *PATHS, *TARGETS, *COMPONENTS,
})  # fmt: skip

# SHACL-SPARQL (sections 5 and 6) and the Advanced Features note: queries and programs.
BEYOND = frozenset({
    "sparql", "select", "ask", "construct", "update", "prefixes", "declare", "prefix", "namespace", "rule", "target",
    "js", "jsLibrary", "jsLibraryURL", "jsFunctionName", "expression", "parameter", "validator", "nodeValidator",
    "propertyValidator", "ConstraintComponent", "SPARQLConstraint", "SPARQLTarget", "SPARQLTargetType", "SPARQLRule",
    "SPARQLFunction", "SPARQLAskValidator", "SPARQLSelectValidator", "TripleRule", "JSConstraint", "JSRule",
    "JSFunction", "JSTarget", "JSLibrary", "JSValidator",
})  # fmt: skip

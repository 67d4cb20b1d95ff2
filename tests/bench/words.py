"""The words that made-up records consist of."""

from __future__ import annotations

_ENGLISH = """
    air area bridge care city climate coast culture data district energy exchange farm forest garden harbour health
    heritage housing island learning library light market mobility museum music network noise park people plan river
    safety school sea shared skills social soil sport street tourism trade training water work youth
"""
_CATALAN = """
    aigua aire art barri biblioteca camí ciutat clima convivència costa cultura dades energia escola esport formació
    gent hort illa intercanvi joventut llum mar mercat mobilitat música museu oci ocupació parc patrimoni pla pont port
    riu salut seguretat soroll sòl treball turisme veïns xarxa àrea
"""
_SPANISH = """
    agua aire arte barrio biblioteca calle camino ciudad clima convivencia costa cultura datos energía escuela deporte
    formación gente huerto isla intercambio juventud luz mar mercado movilidad música museo ocio empleo parque
    patrimonio plan puente puerto río salud seguridad ruido suelo trabajo turismo vecinos red área
"""
WORDS = {"en": _ENGLISH.split(), "ca": _CATALAN.split(), "es": _SPANISH.split()}

AWKWARD = (
    '"plain" words',
    "C:\\data\\plan",
    "first line\nsecond line",
    "東京と大阪",
    '\\"',
    "ends in \\ and\n\n“quotes”",
)
"""What writers trip over: quotation marks, backslashes, line breaks, letters beyond the Latin script."""

_COUNTRIES = """
    AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD POL PRT ROU SVK SVN SWE
"""
COUNTRIES = _COUNTRIES.split()
ORGANISATIONS = ("municipality", "region", "university", "association", "foundation", "company", "school", "agency")
ROLES = ("partner", "partner", "partner", "associated-partner", "observer", "partner; funder")

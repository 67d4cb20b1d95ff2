"""What a saved question is: its text, its header, its parameters, and how arguments are put in their place.

    #+ summary: Projects that involve a city
    #+ defaults:
    #+   - city: https://data.example.org/id/city/kigali
    SELECT ?project WHERE { ?project dct:spatial ?_city_iri }

`tokens` cuts the text, so that only whole variables are ever replaced; `header`, `parameters` and `expect` read what
stands above it, each fault with its line and column (`faults`); `collection` reads files; `bind` puts arguments in;
`bases` moves a question to a portfolio with other IRIs.
"""

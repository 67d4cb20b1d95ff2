"""What a saved question is: SPARQL with a `#+` header, its parameters, and how arguments are bound to them."""

"""Saved questions and their answers.

A saved query is a file of SPARQL under a header that says, in three languages, what it answers and which parameters it
has. To ask it, an argument becomes one RDF term in the place of each parameter (`saved/bind`), and the text that comes
of it is answered by a source (`ask/sources`):

    query = open_collection(Path("data")).find("projects-by-city")
    source = files_source([Path("public/dump/latest")])
    question = prepare(source, query, {"city": "kigali"})
    table = ask(source, question)

The rooms in it, each importing only those below:

- `lint/` finds what is wrong with a question before anybody asks it, `golden` compares answers with the expected ones,
  `published/` writes what a release shows of all questions, `records` lets the tables be asked before anything is
  published, `api` is `linkedproj.query(...)` for Python;
- `ask/` is who answers: files in memory, a store on disk, an endpoint elsewhere;
- `results/` is how an answer is written, for people, programs and Python;
- `saved/` is what a question is: its text, header, parameters, and how it is bound.
"""

"""Saved questions and their answers.

`saved/` is what a question is (header, parameters, binding), `ask/` who answers it (a dump, a store, an endpoint),
`results/` how the answer is written, `lint/` what is wrong with a question, `published/` what a release shows of all of
them. In Python, `linkedproj.query("projects-by-city", city="barcelona")` is `api.query`.
"""

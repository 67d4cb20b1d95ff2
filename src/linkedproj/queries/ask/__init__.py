"""Who answers a question: files in memory, a store on disk, or an endpoint elsewhere.

`sources` chooses, for the command line and for Python alike. `local` runs queries on pyoxigraph, `store` keeps large
data on disk for the next question, `remote` asks endpoints and knows the mistakes they make. `adhoc` reads queries that
somebody brings along, and refuses those that would reach beyond their data. `asking` and `worker` answer the saved
queries of a build in a process that can be stopped; `reference` is the second opinion of the tests.
"""

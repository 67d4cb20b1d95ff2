"""From tables to dumps, in pieces, by whichever runner.

`inventory` lists the tables and cuts them into shards, `steps` takes the types in waves (`Schema.waves`: evidence, then
records whose links are turned round or bound something, then the records that they lead to), `tasks/` does one piece
of work, `runners/` say who does it (this process, several, Spark), `dumps` joins the parts that tasks wrote. On its way
a row is completed (`derive`), compared (`consistency`, `keys`), held against others that say the same thing, or the
contrary (`identity`, `chains`, `places`), and asked for its sources (`evidence/`). For 1,000 projects in two shards:

    project.csv --cut--> shard 0, shard 1 --tasks--> project-part-00000.nt, project-part-00001.nt --join--> portfolio.nt

`tables.map_tables` is the way in. What is computed, compared and joined is said in the shapes (`model.domain`); nothing
here knows a table or a column by its name.
"""

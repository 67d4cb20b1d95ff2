"""From tables to dumps, in pieces, by whichever runner.

`inventory` lists the tables and cuts them into shards, `steps` orders them in waves (what others join comes first:
evidence, then children such as participations, then initiatives), `tasks/` does one piece of work, `runners/` say who
does it (this process, several, Spark), `dumps` joins the parts that tasks wrote. For 1,000 projects in two shards:

    project.csv --cut--> shard 0, shard 1 --tasks--> project-part-00000.nt, project-part-00001.nt --join--> portfolio.nt

`tables.map_tables` is the way in.
"""

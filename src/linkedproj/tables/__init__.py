"""From the files a curator keeps to checked rows, each cell with its place.

`readers/` turn files into cells, `headers` say what each column means, `cells` judge one cell, `reading` yields rows in
batches of 256 (`batch`), column by column. A large table is read in `shards` of four megabytes: a shard begins at the
first record that starts after its first byte, so that shards can be read in any order, by any process.
"""

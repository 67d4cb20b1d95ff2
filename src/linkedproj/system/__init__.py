"""What the program asks of the machine: work in processes of its own, and sorting more than memory holds.

`workers` starts processes that can be stopped and bounded: SHACL engines, saved queries and the mapping of tables all
run in them. What is said between them is JSON; `plain` turns objects into it and back. `caches` keeps plain
data from one run for the next; `sorting` keeps sorted tuples on disk:

    with Pool("linkedproj.check.worker", setup, jobs=2) as pool:         sorter = Sorter(memory=16 << 20)
        for number, answer in pool.ask(requests):                        sorter.add([("b", 1), ("a", 2)])
            ...                                                          list(sorter)
"""

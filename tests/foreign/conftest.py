"""What is run by the programs of others is not imported by our tests."""

collect_ignore = ["browse.py", "read.py", "shots.py"]

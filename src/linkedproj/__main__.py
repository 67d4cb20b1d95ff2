"""`python -m linkedproj`."""

from linkedproj.cli import main

if __name__ == "__main__":
    main()

"""`python -m generator.cli` is the command `genreport`."""

from generator.cli.entry import main

if __name__ == "__main__":
    main()

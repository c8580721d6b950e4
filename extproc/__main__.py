"""`python -m extproc` is the command `extproc`."""

from extproc.cli import main

if __name__ == "__main__":
    main()

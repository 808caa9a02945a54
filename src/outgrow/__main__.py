"""`python -m outgrow`: the command line, where the shell does not find `outgrow`."""

from outgrow.faces.cli.run import main

if __name__ == "__main__":
    main()

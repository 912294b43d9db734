"""`python -m stratascope` is `stratascope`."""

from stratascope.cli import main

if __name__ == "__main__":
    main()
